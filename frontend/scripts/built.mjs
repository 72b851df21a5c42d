// What Vite built, as its manifest says: which file imports which.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const read = (folder) => JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'))

export const sourcesOf = (one) => [one.src ?? '', one.name ?? '', one.file]

/** A part with everything it imports at once. */
export function closure(built, name, seen = new Set()) {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const one of built[name].imports ?? []) closure(built, one, seen)
  return seen
}
