import type { TimelineEntry } from '@/api/documents'

/** The moments one can go back to: whenever something was done, oldest first; what the clock alone noted is none. */
export function momentsOf(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const done = entries.filter((one) => !one.type.endsWith('deadline_noted'))
  return done.filter((one, at) => one.at !== done[at + 1]?.at)
}

/** The moment that stood at an instant: the last one not after it; -1 where none was. */
export function momentAt(moments: readonly TimelineEntry[], at: string): number {
  let found = -1
  moments.forEach((one, n) => { if (Date.parse(one.at) <= Date.parse(at)) found = n })
  return found
}
