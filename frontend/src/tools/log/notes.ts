import { holds } from '../ballot/ed25519.ts'
import { digest, hex, joined, utf8, type Bytes } from '../ballot/bytes.ts'

/** Signed notes and checkpoints as C2SP lays them down (docs/AUDIT.md), as far as a browser reads them: strictly. */
export interface Head {
  origin: string
  size: number
  root: string
}
export interface Line {
  name: string
  id: string
  signature: Bytes
}
export interface Note {
  text: string
  lines: Line[]
}
export interface Key {
  name: string
  id: string
  kind: number
  public: Bytes
}

export const LOG = 1
export const WITNESS = 4

/** Base64 as it is written there, or null: one text for the same bytes. */
export function unbase64(text: string): Bytes | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
  return base64(bytes) === text ? bytes : null
}
export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

export function noteOf(raw: string): Note | null {
  const at = raw.lastIndexOf('\n\n')
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (at < 1 || !raw.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(raw)) return null
  const lines = raw.slice(at + 2, -1).split('\n').map(lineOf)
  return lines.some((one) => one === null) ? null : { text: raw.slice(0, at + 1), lines: lines as Line[] }
}

function lineOf(line: string): Line | null {
  const found = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line)
  const bytes = found && unbase64(found[2]!)
  return bytes && bytes.length > 4 ? { name: found[1]!, id: hex(bytes.slice(0, 4)), signature: bytes.slice(4) } : null
}

export function headOf(text: string): Head | null {
  const found = /^(\S+)\n(0|[1-9]\d{0,9})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text)
  return found && unbase64(found[3]!) ? { origin: found[1]!, size: Number(found[2]), root: found[3]! } : null
}

export const textOf = (head: Head): string => `${head.origin}\n${head.size}\n${head.root}\n`

export async function keyOf(vkey: string): Promise<Key | null> {
  const [name, id, ...rest] = vkey.split('+')
  const bytes = unbase64(rest.join('+'))
  if (!name || !id || !bytes || bytes.length !== 33) return null
  const own = await digest('SHA-256', joined(utf8(`${name}\n`), bytes))
  return hex(own.slice(0, 4)) === id ? { name, id, kind: bytes[0]!, public: bytes.slice(1) } : null
}

/** The key in a vkey, in base64. */
export const publicOf = (vkey: string): string => base64((unbase64(vkey.split('+').slice(2).join('+')) ?? new Uint8Array(1)).slice(1))

export const cosigned = (text: string, atS: number): Bytes => utf8(`cosignature/v1\ntime ${atS}\n${text}`)

/** Whether one of the lines below a note is this key's, and holds. */
export async function signedBy(note: Note, key: Key): Promise<boolean> {
  const line = note.lines.find((one) => one.name === key.name && one.id === key.id)
  if (!line) return false
  if (key.kind !== WITNESS) return line.signature.length === 64 && holds(key.public, utf8(note.text), line.signature)
  if (line.signature.length !== 72) return false
  const atS = line.signature.slice(0, 8).reduce((all, one) => all * 256 + one, 0)
  return holds(key.public, cosigned(note.text, atS), line.signature.slice(8))
}
