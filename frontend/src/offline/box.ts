import { within } from './db'
import type { Act, Box } from './outbox'

/** The disk refused. Whoever wanted to keep something does without: the same act under the same name is done once. */
export class NotKept extends Error {}

/** Acts in the device's own store. An act whose writing the disk refused is not called kept. */
async function written<T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const done = await within('acts', 'readwrite', work)
  if (done === null) throw new NotKept('nothing is kept on this device')
  return done
}

/** Without what Vue wraps around it, which no store takes. */
const plain = <T>(one: T): T => JSON.parse(JSON.stringify(one)) as T

export const box: Box = {
  add: async (act) => Number(await written((store) => store.add(plain(act)))),
  all: async (person) => {
    const all = (await within<Act[]>('acts', 'readonly', (store) => store.getAll())) ?? []
    return all.filter((one) => one.person === person).sort((a, b) => a.id - b.id)
  },
  put: async (act) => void (await written((store) => store.put(plain(act)))),
  drop: async (id) => void (await within('acts', 'readwrite', (store) => store.delete(id))),
}

const OWNERS_MS = 7 * 86_400_000

/** What nobody came back for in a week is gone, whoever wrote it. */
export async function dropForgotten(now = Date.now()): Promise<void> {
  const all = (await within<Act[]>('acts', 'readonly', (store) => store.getAll())) ?? []
  for (const one of all) if (one.at < now - OWNERS_MS) await box.drop(one.id)
}

const NAME = 'cloudnego.outbox'
let last: Promise<unknown> = Promise.resolve()

/** One at a time over all tabs where the browser has locks; in this tab in any case. Without locks two tabs may send an
 * act at once: its name lets it be done once all the same. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  const run = async (): Promise<T> => ((navigator.locks ? await navigator.locks.request(NAME, work) : await work()) as T)
  const mine = last.then(run)
  last = mine.catch(() => undefined)
  return mine
}
