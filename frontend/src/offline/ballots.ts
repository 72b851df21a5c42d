import type { Kept } from '@/tools/ballot/way'
import { within } from './db'

/** Ballots on this device, each sealed under a key that the browser uses and gives nobody: who copies the store has
 * nothing. Who holds the unlocked phone has what its owner has. */
interface Row {
  person: string
  poll: string
  key: CryptoKey
  iv: Uint8Array<ArrayBuffer>
  sealed: ArrayBuffer
  /** It is in the box: what lies here finds it in the list, and nothing would be lost with it. */
  cast: boolean
  at: number
}

const KEPT_MS = 92 * 86_400_000 // a vote is open for 31 days at the most; then its owner may look for his line
const READ = new TextDecoder()

/** Whether the device kept it. */
export async function keepBallot(person: string, poll: string, kept: Kept, now = Date.now()): Promise<boolean> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(JSON.stringify(kept)))
  const row: Row = { person, poll, key, iv, sealed, cast: kept.receipt !== null, at: now }
  return (await within('ballots', 'readwrite', (store) => store.put(row))) !== null
}

export async function findBallot(person: string, poll: string): Promise<Kept | null> {
  const row = await within<Row | undefined>('ballots', 'readonly', (store) => store.get([person, poll]))
  if (!row) return null
  try {
    return JSON.parse(READ.decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: row.iv }, row.key, row.sealed))) as Kept
  } catch {
    return null // a store that was copied from another device, or spoiled
  }
}

export const dropBallot = async (person: string, poll: string): Promise<void> => void (await within('ballots', 'readwrite', (store) => store.delete([person, poll])))

/** Whoever leaves takes along what finds his ballot in the list. One that is not in the box yet stays: it would be lost. */
export async function leaveBallots(person: string): Promise<void> {
  for (const one of await all()) if (one.person === person && one.cast) await dropBallot(one.person, one.poll)
}

/** Nobody comes back for these. */
export async function dropOldBallots(now = Date.now()): Promise<void> {
  for (const one of await all()) if (one.at < now - KEPT_MS) await dropBallot(one.person, one.poll)
}

const all = async (): Promise<Row[]> => (await within<Row[]>('ballots', 'readonly', (store) => store.getAll())) ?? []
