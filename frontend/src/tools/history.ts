import type { TimelineEntry } from '@/api/documents'
import type { ClauseRow } from '@/forms/state'
import { standings, type Side } from './gap'
import type { Line } from './talk'

/** What the joint timeline says of figures, wordings and wage tables: in the order it was said, nothing added. */

export interface Move {
  at: string
  round: number
  side: Side
  value: string
}

/** All figures named on one head, oldest first, in the unit its standing has. */
export interface Course {
  head: string
  unit: 'rate' | 'fen'
  moves: Move[]
}

interface Said { head: string; side: Side; rate: string | null; fen: number | null; clause: string; text_hash: string; values: ClauseRow['values']; round: number; wage_table: WageTable | null; code: string; terms: Line[]; given: Line[] }

/** The entries of the joint table, each with the round it fell in. */
function atTable(entries: readonly TimelineEntry[]): { entry: TimelineEntry; facts: Said; round: number }[] {
  let round = 1
  return entries.map((entry) => {
    const facts = entry.facts as unknown as Said
    if (entry.type === 'step_turned') round = facts.round
    return { entry, facts, round }
  })
}

/** Every figure a side named, in a package too: one for each head it speaks of. */
function figures(entries: readonly TimelineEntry[]): ReturnType<typeof atTable> {
  return atTable(entries).flatMap((one) => {
    if (one.entry.type === 'proposal_made') return [one]
    if (one.entry.type !== 'package_made') return []
    return [...one.facts.terms, ...one.facts.given].map((line) => ({ ...one, facts: { ...one.facts, ...line } }))
  })
}

export function courses(entries: readonly TimelineEntry[]): Course[] {
  const made = figures(entries)
  const shown = standings(made.map(({ facts }) => [facts.side, facts.head, facts.rate, facts.fen] as const))
  return shown.map(({ head, unit }) => ({
    head, unit,
    moves: made
      .filter(({ facts }) => facts.head === head && facts[unit] !== null)
      .map(({ entry, facts, round }) => ({ at: entry.at, round, side: facts.side, value: String(facts[unit]) })),
  }))
}

/** One wording of a clause. */
export interface Wording {
  n: number
  at: string
  round: number
  side: Side
  hash: string
  values: ClauseRow['values']
  /** Null where it was erased. */
  prose: string | null
}

/** Every wording of each clause by the clause's id, oldest first. */
export function wordings(entries: readonly TimelineEntry[]): Map<string, Wording[]> {
  const found = new Map<string, Wording[]>()
  for (const { entry, facts, round } of atTable(entries)) {
    if (entry.type !== 'clause_put') continue
    const before = found.get(facts.clause) ?? []
    found.set(facts.clause, [...before, { n: before.length + 1, at: entry.at, round, side: facts.side, hash: facts.text_hash, values: facts.values, prose: entry.words?.prose ?? null }])
  }
  return found
}

/** The head that the raise is on: that of the clause which says one. */
export const raiseHead = (clauses: readonly ClauseRow[]): string | null => clauses.find((one) => one.values.some((value) => value.name === 'raise' && value.kind === 'rate'))?.head ?? null

export interface WageGroup { group: string; headcount: number; average_fen: number; lowest_fen: number }
export interface WageTable { period: string; source: string; groups: WageGroup[] }

/** The wage table the employer handed over last. */
export function wageTable(entries: readonly TimelineEntry[]): { table: WageTable; at: string } | null {
  const last = atTable(entries).filter(({ entry, facts }) => entry.type === 'material_delivered' && facts.wage_table).at(-1)
  return last ? { table: last.facts.wage_table!, at: last.entry.at } : null
}
