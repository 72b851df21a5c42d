import type { Side, Stream, TimelineEntry } from '@/api/documents'
import type { CaseState } from '@/forms/state'

/** What is said in a room, as it is shown: which act it is, of whom, and what became of it. */

/** Acts that somebody says and another answers; all else that happens there is a line between them. */
const SAID = new Set([
  'proposal_made', 'package_made', 'accepted_in_principle', 'acceptance_taken_back', 'proposal_held', 'proposal_withdrawn', 'message_sent', 'question_asked',
  'question_answered', 'clause_put', 'clause_confirmed', 'clause_reopened', 'caucus_message_sent', 'straw_poll_opened', 'minutes_note_added', 'line_objected',
])

export interface Line { head: string; rate: string | null; fen: number | null; text: string | null }
export type Fate = 'open' | 'held' | 'accepted' | 'withdrawn' | 'settled' | 'replaced'

interface Facts {
  side?: Side | null; head?: string | null; rate?: string | null; fen?: number | null; terms?: Line[]; given?: Line[]; proposal?: string; question?: string
  answers?: string | null; line?: number | null; objection?: string; replaces?: string[]; settles?: string[]; poll?: string; choices?: number; choice?: number; person?: string; file?: string | null
}
export const factsOf = (entry: TimelineEntry): Facts => entry.facts as unknown as Facts

export const isSaid = (entry: TimelineEntry): boolean => SAID.has(entry.type)

/** What kind of act it is called: a proposal that answers one is a counter, a package that asks for something is conditional. */
export function kindOf(entry: TimelineEntry): string {
  const facts = factsOf(entry)
  if (entry.type === 'proposal_made') return facts.answers ? 'counter' : 'proposal'
  if (entry.type === 'package_made') return facts.given?.length ? 'conditional' : 'package'
  return entry.type
}

/** The stream of one lens, oldest first. What only the clock noted is not part of the talk. */
export const lens = (entries: readonly TimelineEntry[], stream: Stream): TimelineEntry[] =>
  entries.filter((one) => one.stream === stream && !one.type.endsWith('deadline_noted')).sort((a, b) => a.seq - b.seq)

/** `table.141` is number 141. */
export const numberOf = (id: string): number => Number(id.split('.')[1] ?? 0)

/** A single proposal is one line, a package several; `given`: what the other side is to give for it. */
export function linesOf(entry: TimelineEntry): { terms: Line[]; given: Line[] } {
  const facts = factsOf(entry)
  const words = (entry.words ?? {}) as Record<string, string>
  if (entry.type === 'proposal_made') return { terms: [{ head: facts.head!, rate: facts.rate ?? null, fen: facts.fen ?? null, text: words.text ?? null }], given: [] }
  const worded = (lines: Line[] | undefined, under: string): Line[] => (lines ?? []).map((line, at) => ({ ...line, text: words[`${under}.${at}.text`] ?? null }))
  return { terms: worded(facts.terms, 'terms'), given: worded(facts.given, 'given') }
}

/** What became of a proposal. What was said of it since goes before the state, which is read a moment after an act is heard; `read`: how far the
 * table went when it was. */
export function fateOf(id: string, state: Pick<CaseState, 'positions'> | null, read: number, entries: readonly TimelineEntry[]): Fate {
  for (const one of entries) {
    const { replaces, settles, proposal } = factsOf(one)
    if (replaces?.includes(id)) return 'replaced'
    if (settles?.includes(id)) return 'settled'
    if (one.type === 'proposal_withdrawn' && proposal === id) return 'withdrawn'
  }
  const stands = state?.positions[id]
  if (stands) return stands.accepted ? 'accepted' : stands.held ? 'held' : 'open'
  return read < numberOf(id) ? 'open' : 'replaced'
}

/** How often each choice of a straw poll stands, by the last word of each. */
export function strawCounts(poll: string, choices: number, entries: readonly TimelineEntry[]): number[] {
  const last = new Map<string, number>()
  for (const one of entries) {
    const facts = factsOf(one)
    if (one.type === 'straw_cast' && facts.poll === poll && facts.person && facts.choice) last.set(facts.person, facts.choice)
  }
  return Array.from({ length: choices }, (_, at) => [...last.values()].filter((choice) => choice === at + 1).length)
}

/** The speaking list: hands in the order in which they went up, the sides in turn, beginning with the side that did not speak last. Who is of
 * no side speaks where his hand stands among those that are left. */
export function speakers(hands: readonly string[], sideOf: (person: string) => Side | null, last: Side | null): string[] {
  const left = [...hands]
  const order: string[] = []
  let before = last
  while (left.length) {
    const next = left.find((one) => sideOf(one) === null || before === null || sideOf(one) !== before) ?? left[0]!
    left.splice(left.indexOf(next), 1)
    order.push(next)
    before = sideOf(next) ?? before
  }
  return order
}
