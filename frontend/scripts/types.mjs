// Writes src/api/schema.d.ts from the OpenAPI document of this checkout. `npm run types` calls it, so the types that
// are checked are always those of the API as it stands; nothing of it lies in git.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const python = process.env.PYTHON ?? 'python3'
const root = new URL('../../', import.meta.url)
const document = execFileSync(python, ['docs/openapi.py'], {
  cwd: root,
  env: { ...process.env, PYTHONPATH: new URL('src', root).pathname },
  maxBuffer: 1 << 26,
})
const types = await openapiTS(JSON.parse(document.toString()), { alphabetize: true })
writeFileSync(new URL('../src/api/schema.d.ts', import.meta.url), astToString(types))
