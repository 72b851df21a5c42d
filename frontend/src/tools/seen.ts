import type { Stream, TimelineEntry } from '@/api/documents'

/** How far one has seen each stream of a case. It stays on this device and goes with him: no server learns who read what, or
 * when. Where a device knows nothing, one's own last act says it: who acted had the case before him. */
export type Seen = Partial<Record<Stream, number>>

/** How far each stream goes. */
export function ends(entries: readonly TimelineEntry[]): Seen {
  const last: Seen = {}
  for (const one of entries) last[one.stream] = Math.max(last[one.stream] ?? 0, one.seq)
  return last
}

/** What others said in a stream after the last that was looked at there: the number at a lens that is not open. */
export const unseen = (entries: readonly TimelineEntry[], stream: Stream, looked: Seen, me: string): number =>
  entries.filter((one) => one.stream === stream && one.seq > (looked[stream] ?? 0) && one.actor !== me && !one.type.endsWith('deadline_noted')).length

const PREFIX = 'cloudnego.seen.'
const where = (person: string, caseId: string): string => `${PREFIX}${person}.${caseId}`

export function readSeen(person: string, caseId: string): Seen | null {
  try {
    return JSON.parse(localStorage.getItem(where(person, caseId)) ?? 'null') as Seen | null
  } catch {
    return null
  }
}

export function keepSeen(person: string, caseId: string, entries: readonly TimelineEntry[]): void {
  try {
    localStorage.setItem(where(person, caseId), JSON.stringify(ends(entries)))
  } catch {
    // a browser that keeps nothing
  }
}

/** They go with whoever leaves this device. */
export function dropSeen(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
  } catch {
    // nothing was kept
  }
}

/** What others did since one was last here, in every stream he sees, oldest first; nothing for whoever was never here. */
export function news(entries: readonly TimelineEntry[], me: string, kept: Seen | null): TimelineEntry[] {
  const acted = entries.filter((one) => one.actor === me).map((one) => one.at).sort().at(-1)
  if (!kept && !acted) return []
  const known = (one: TimelineEntry): boolean => one.seq <= (kept?.[one.stream] ?? 0) || (acted !== undefined && one.at <= acted)
  return entries.filter((one) => one.actor !== me && !one.type.endsWith('deadline_noted') && !known(one))
}

/** How many of each stream. */
export const counted = (some: readonly TimelineEntry[]): [Stream, number][] => {
  const found = new Map<Stream, number>()
  for (const one of some) found.set(one.stream, (found.get(one.stream) ?? 0) + 1)
  return [...found]
}
