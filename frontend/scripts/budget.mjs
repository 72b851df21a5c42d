// What somebody fetches who opens the application for the first time: the page, what it begins with, and the first page
// of its inside. Fails above the budget, and names what is largest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import { gzipSync } from 'node:zlib'
import { closure, read, sourcesOf } from './built.mjs'

const MOST = 200 * 1024
const FIRST = ['src/pages/HomePage.vue', 'src/pages/SignInPage.vue']
const NEVER = /echarts|zrender/

const folder = argv[2]
const built = read(folder)
const entry = Object.keys(built).find((name) => built[name].isEntry)
const parts = new Set([entry, ...FIRST].flatMap((name) => [...closure(built, name)]))
const files = new Set(['index.html', ...[...parts].flatMap((name) => [built[name].file, ...(built[name].css ?? [])])])
const sizes = [...files].map((name) => [gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, name]).sort((a, b) => b[0] - a[0])
const all = sizes.reduce((sum, [size]) => sum + size, 0)
const charts = [...parts].filter((name) => sourcesOf(built[name]).some((one) => NEVER.test(one)))
console.log(`first load: ${(all / 1024).toFixed(1)} of ${MOST / 1024} KB, compressed`)
if (all > MOST || charts.length) {
  console.log(sizes.slice(0, 8).map(([size, name]) => `  ${(size / 1024).toFixed(1)} KB  ${name}`).join('\n'))
  if (charts.length) console.log(`charts are fetched where they are drawn alone, not at first: ${charts.join(', ')}`)
  exit(1)
}
