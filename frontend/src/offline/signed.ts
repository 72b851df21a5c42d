import { joined, type Bytes } from '@/tools/ballot/bytes'
import { actText, LETTERS, paperText } from '@/tools/log/act'
import { base64, keyOf } from '@/tools/log/notes'
import { sign } from '@/tools/log/sign'
import { deviceOf, type DeviceRow } from './heads'

/** A device's key and its signature over an act, as the header has it; nothing where the key is none. */
export async function signatureOf(device: DeviceRow, caseId: string, key: string, command: string, body: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  return signed(device, (log) => actText({ log, caseId, person: device.person, key }, command, body))
}

/** The same over an office's paper: which, and the hash of its facts. */
export function paperSignatureOf(device: DeviceRow, caseId: string, paper: string, factsHash: string): Promise<string | undefined> {
  return signed(device, (log) => paperText({ log, caseId, person: device.person }, paper, factsHash))
}

async function signed(device: DeviceRow, textIn: (log: string) => Bytes | Promise<Bytes>): Promise<string | undefined> {
  const known = await keyOf(device.vkey)
  if (!known) return undefined
  const text = await textIn(known.name.slice(0, known.name.lastIndexOf('/witness/')))
  return base64(joined(known.public, await sign(device.secret, text)))
}

/** Of a letter that its sender writes himself: where he has a key on this device, it goes out signed with it. */
export async function letterSigned(person: string, caseId: string, key: string, command: string, body: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  if (!LETTERS.has(command) || body.on_paper) return undefined
  const device = await deviceOf(person).catch(() => null)
  return device ? signatureOf(device, caseId, key, command, body) : undefined
}
