import type { components } from '@/api/schema'
import type { ClauseRow } from '@/forms/state'
import { distance, tenThousandths } from './money'
import { daysBetween } from './days'
import { redline } from './redline'

/** A clause at the table: its wordings, and what two of them differ in. */

type S = components['schemas']
export type ClauseHistory = S['ClauseHistory']
export type WordingVersion = S['WordingVersion']
export type ClauseChange = S['ClauseChange']
export type ValueChange = S['ValueChange']
type Value = ClauseRow['values'][number]

export interface Words { head: string; values: readonly Value[]; prose: string | null }

/** Which earlier wording a reader most likely wants beside this one. */
export type Against = 'agreed' | 'other' | 'before'

/** The wordings to set a version against, each once, the likeliest first: the last both agreed on, the other side's last, the one before. */
export function against(history: ClauseHistory, now: WordingVersion): [Against, WordingVersion][] {
  const earlier = history.versions.filter((one) => one.n < now.n)
  const found: [Against, WordingVersion | undefined][] = [
    ['agreed', earlier.find((one) => one.id === history.agreed)],
    ['other', earlier.filter((one) => one.side !== now.side).at(-1)],
    ['before', earlier.at(-1)],
  ]
  const seen = new Set<string>()
  return found.filter((pair): pair is [Against, WordingVersion] => !!pair[1] && !seen.has(pair[1].id) && !!seen.add(pair[1].id))
}

/** What two wordings differ in, made here: of one that lies with its writer, or where there is no network. */
export function changeOf(clause: string, was: Words, now: Words): ClauseChange {
  const values = valueChanges(was.values, now.values)
  const words = was.prose === null || now.prose === null ? null : redline(was.prose, now.prose)
  const same = was.head === now.head && was.prose === now.prose && values.every((one) => one.how === 'same')
  return { clause, how: same ? 'same' : 'changed', moved: was.head !== now.head, was: 0, now: 0, head_was: was.head, head_now: now.head, values, words }
}

const sorted = (one: Value): string => JSON.stringify(Object.entries(one).sort(([a], [b]) => a.localeCompare(b)))
/** Whether two values say the same, in whatever order their parts came. */
export const alike = (one: Value, other: Value): boolean => sorted(one) === sorted(other)

export function valueChanges(was: readonly Value[], now: readonly Value[]): ValueChange[] {
  const names = [...new Set([...now, ...was].map((one) => one.name))]
  return names.map((name): ValueChange => {
    const [a, b] = [was.find((one) => one.name === name), now.find((one) => one.name === name)]
    const how = !a ? 'added' : !b ? 'removed' : alike(a, b) ? 'same' : 'changed'
    const plain = (one: Value | undefined): ValueChange['before'] => (one ? ({ ...one } as unknown as ValueChange['before']) : null)
    const none = { unit: null, by: null, gained: [], lost: [] }
    return { name, how, was: a ? was.indexOf(a) : null, now: b ? now.indexOf(b) : null, before: plain(a), after: plain(b), ...none, ...(a && b ? apart(a, b) : {}) }
  })
}

function apart(a: Value, b: Value): Partial<ValueChange> {
  if (a.kind === 'rate' && b.kind === 'rate') return { unit: 'points', by: `${tenThousandths(b.rate) < tenThousandths(a.rate) ? '-' : ''}${distance(a.rate, b.rate)}` }
  if (a.kind === 'fen' && b.kind === 'fen') return { unit: 'fen', by: String(b.fen - a.fen) }
  if (a.kind === 'count' && b.kind === 'count') return { unit: 'count', by: String(b.count - a.count) }
  if (a.kind === 'day' && b.kind === 'day') return { unit: 'days', by: String(b.day < a.day ? -Math.abs(daysBetween(a.day, b.day)) : Math.abs(daysBetween(a.day, b.day))) }
  if (a.kind === 'groups' && b.kind === 'groups') return { unit: 'groups', gained: b.groups.filter((one) => !a.groups.includes(one)), lost: a.groups.filter((one) => !b.groups.includes(one)) }
  return {}
}
