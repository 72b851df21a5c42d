// Lays beside the built pages what a phone keeps of them: the icons of the home screen, and the service worker with the
// list of files it fetches beforehand. The list is its version: a build that changes a file is another worker.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'
import { png } from './icons.mjs'
import { closure, read, sourcesOf } from './built.mjs'

const CARD = [0xff, 0xff, 0xff]
/** What is used at a desk or by few is kept once it was opened, and not fetched beforehand. */
const LATER = /\/pages\/(district|office|reference)\/|\/DistrictPage|\.en\.json|echarts|\/PartsPage/

const folder = argv[2]
for (const [name, ...how] of [
  ['icon-192.png', 192, 0.92, null],
  ['icon-512.png', 512, 0.92, null],
  ['icon-maskable.png', 512, 0.85, CARD],
  ['apple-touch-icon.png', 180, 0.9, CARD],
]) writeFileSync(join(folder, name), png(...how))

const built = read(folder)
const begins = Object.keys(built).filter((name) => built[name].isEntry || (built[name].isDynamicEntry && !LATER.test(name)))
const files = new Set(['/', '/icon.svg', '/icon-192.png', '/app.webmanifest'])
for (const name of begins.flatMap((one) => [...closure(built, one)])) {
  if (!sourcesOf(built[name]).some((one) => LATER.test(one))) for (const file of [built[name].file, ...(built[name].css ?? [])]) files.add(`/${file}`)
}
// A file is verified without a network too.
for (const name of readdirSync(join(folder, 'assets'))) if (name.startsWith('verify.worker')) files.add(`/assets/${name}`)
const shell = [...files].sort()
const version = createHash('sha256').update(shell.join('\n')).update(readFileSync(join(folder, 'index.html')))
const worker = readFileSync(new URL('./worker.js', import.meta.url), 'utf8')
version.update(worker)
writeFileSync(
  join(folder, 'sw.js'),
  worker.replace("'{{version}}'", JSON.stringify(version.digest('hex').slice(0, 16))).replace("['{{shell}}']", JSON.stringify(shell)),
)
