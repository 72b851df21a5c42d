import type { Head } from '@/tools/log/notes'
import type { Held, Wrong } from '@/tools/log/judge'
import type { Secret } from '@/tools/log/sign'
import { within } from './db'

/** What this device holds of the log: the last head of each stream that goes on from those before, and where it left off co-signing.
 * A head that does not go on is kept beside it, never in its place: the two are the evidence. */
export interface HeldRow extends Held {
  person: string
  caseId: string
  stream: string
  at: number
  /** The last head this device's key co-signed; and one that is on its way, written down before it is sent. */
  cosigned: Head | null
  signing: Head | null
  alarm: { wrong: Wrong | 'lost'; shown: Head | null; note: string; at: number } | null
}
export interface DeviceRow {
  person: string
  id: string
  vkey: string
  secret: Secret
}

export const heldOf = async (person: string, caseId: string): Promise<HeldRow[]> =>
  (await within<HeldRow[]>('heads', 'readonly', (store) => store.getAll(IDBKeyRange.bound([person, caseId, ''], [person, caseId, '\uffff'])))) ?? []
/** Whether the device kept it. */
export const keepHeld = async (row: HeldRow): Promise<boolean> => (await within('heads', 'readwrite', (store) => store.put(row))) !== null

export const deviceOf = (person: string): Promise<DeviceRow | null | undefined> => within<DeviceRow | undefined>('devices', 'readonly', (store) => store.get(person))
export const keepDevice = async (row: DeviceRow): Promise<boolean> => (await within('devices', 'readwrite', (store) => store.put(row))) !== null
export const dropDevice = async (person: string): Promise<void> => void (await within('devices', 'readwrite', (store) => store.delete(person)))

/** Whoever made a key here has said that the device is his: his heads stay, or the log could go back while he is away. Else they go
 * with him. */
export async function leaveHeads(person: string): Promise<void> {
  if (await deviceOf(person)) return
  await within('heads', 'readwrite', (store) => store.delete(IDBKeyRange.bound([person, '', ''], [person, '\uffff', '\uffff'])))
}
