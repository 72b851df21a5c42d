// Lays a brotli and a gzip twin beside every built file that gets smaller by it: the server sends what the browser takes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { argv } from 'node:process'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.webmanifest'])
const LEAST = 1024 // below it, a header costs more than it saves

for (const entry of readdirSync(argv[2], { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !TEXT.has(extname(path)) || path.includes('/.vite/')) continue
  const content = readFileSync(path)
  if (content.length < LEAST) continue
  const text = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  const twins = { br: brotliCompressSync(content, { params: text }), gz: gzipSync(content, { level: 9 }) }
  for (const [kind, small] of Object.entries(twins)) {
    if (small.length < content.length) writeFileSync(`${path}.${kind}`, small)
  }
}
