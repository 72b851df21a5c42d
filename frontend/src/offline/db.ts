/** Our own store on this device, or null where the browser has none to give: then everything is as it is without. */
const NAME = 'cloudnego'
const VERSION = 3
export type Table = 'answers' | 'acts' | 'ballots' | 'heads' | 'devices'

let opened: Promise<IDBDatabase | null> | null = null

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    try {
      const asked = indexedDB.open(NAME, VERSION)
      asked.onupgradeneeded = () => {
        const [db, there] = [asked.result, asked.result.objectStoreNames]
        if (!there.contains('answers')) db.createObjectStore('answers', { keyPath: ['person', 'path'] })
        if (!there.contains('acts')) db.createObjectStore('acts', { keyPath: 'id', autoIncrement: true })
        if (!there.contains('ballots')) db.createObjectStore('ballots', { keyPath: ['person', 'poll'] })
        if (!there.contains('heads')) db.createObjectStore('heads', { keyPath: ['person', 'caseId', 'stream'] })
        if (!there.contains('devices')) db.createObjectStore('devices', { keyPath: 'person' })
      }
      asked.onsuccess = () => {
        const db = asked.result
        db.onversionchange = () => db.close()
        resolve(db)
      }
      asked.onerror = asked.onblocked = () => resolve(null)
    } catch {
      resolve(null) // a browser without it, or one that forbids it
    }
  })
  return opened
}

/** One transaction on one table. Resolves once it is on the disk; null where nothing is kept or the disk refused. */
export async function within<T>(table: Table, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const db = await open()
  if (!db) return null
  return new Promise((resolve) => {
    try {
      const done = db.transaction(table, mode, mode === 'readwrite' ? { durability: 'strict' } : undefined)
      const asked = work(done.objectStore(table))
      done.oncomplete = () => resolve(asked.result ?? null)
      done.onabort = done.onerror = () => resolve(null)
    } catch {
      resolve(null)
    }
  })
}

export const there = async (): Promise<boolean> => (await open()) !== null
