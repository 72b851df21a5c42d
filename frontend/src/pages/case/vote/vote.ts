import type { PollDocument } from '@/pages/poll/useBallot'
import type { TimelineEntry } from '@/api/documents'

/** A running vote as the union and its scrutineers see it, and the votes of a case that are over. */

export interface VoteDocument extends PollDocument {
  /** For the union and the scrutineers. */
  issued: number | null
  on_paper: number | null
}

export type Line = 'open' | 'issued' | 'paper'

export interface Voter {
  person: string
  name: string
  state: Line
}

export interface Roll {
  roll: number
  issued: number
  on_paper: number
  rows: Voter[]
  /** Who has entered a count of papers. */
  tellers: string[]
  in_the_way: string[]
  /** When those were reminded who had no ballot. */
  reminders: { at: string; told: number; delivered: number; opened: number }[]
}

/** Those whose name holds what was typed, and whose line is so. */
export const found = (rows: readonly Voter[], typed: string, line: Line | ''): Voter[] => {
  const wanted = typed.trim().toLowerCase()
  return rows.filter((one) => (!line || one.state === line) && one.name.toLowerCase().includes(wanted))
}

export interface Left {
  days: number
  hours: number
  minutes: number
  seconds: number
}

/** How long it is until an instant; null once it is there. */
export function left(until: string, now: number): Left | null {
  const s = Math.ceil((Date.parse(until) - now) / 1000)
  return s <= 0 ? null : { days: Math.floor(s / 86_400), hours: Math.floor(s / 3600) % 24, minutes: Math.floor(s / 60) % 60, seconds: s % 60 }
}

export interface Count {
  counts: Record<string, number>
  spoiled: number
  papers: number
}

/** What a teller typed, as a count that can be true; null where it cannot. Where one vote stands on a paper their number follows. */
export function counted(codes: readonly string[], typed: Record<string, string>, picks: number): Count | null {
  const whole = (name: string): number => (/^\d{1,5}$/.test((typed[name] ?? '').trim()) ? Number(typed[name]) : NaN)
  const counts = Object.fromEntries(codes.map((code) => [code, whole(`c.${code}`)]))
  const spoiled = whole('spoiled')
  const votes = Object.values(counts).reduce((sum, one) => sum + one, 0)
  const papers = picks === 1 ? votes + spoiled : whole('papers')
  const valid = papers - spoiled
  if (Number.isNaN(votes + papers) || Math.max(...Object.values(counts)) > valid || votes < valid || votes > picks * valid) return null
  return { counts, spoiled, papers }
}

export interface Past {
  poll: string
  kind: 'congress' | 'election'
  on: string
  state: 'running' | 'void' | 'counted'
  /** The covered one whose vote it is, where each votes by itself. */
  enterprise: string | null
  yes: number | null
}

/** The votes of a case, newest first, by what the log says of them. */
export function votesOf(entries: readonly TimelineEntry[]): Past[] {
  const facts = (one: TimelineEntry): { poll: string; kind: Past['kind']; enterprise?: string | null; counts?: { choice: string; votes: number }[] } => one.facts as never
  const of = (type: string, poll: string): TimelineEntry | undefined => entries.find((one) => one.type === type && facts(one).poll === poll)
  return entries
    .filter((one) => one.type === 'poll_opened')
    .map((one) => {
      const { poll, kind, enterprise } = facts(one)
      const counted = of('poll_counted', poll)
      const yes = counted ? facts(counted).counts?.find((each) => each.choice === 'yes')?.votes : undefined
      return { poll, kind, on: one.at, state: of('poll_voided', poll) ? ('void' as const) : counted ? ('counted' as const) : ('running' as const), enterprise: enterprise ?? null, yes: yes ?? null }
    })
    .reverse()
}
