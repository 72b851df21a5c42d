import type { CaseDocument, DraftDocument, Side } from '@/api/documents'
import type { Proposal } from '@/tools/gap'

/** The joint state of a case as `GET …/{case}` gives it, as far as the screens look at it. */
export interface Rep {
  person: string
  woman: boolean
  outside: boolean
  manager: boolean
  front_line: boolean
  disabled: boolean
  dispatched: boolean
  union_staff: boolean
}
export interface Plan {
  day: string
  time: string
  place: string | null
  mode: 'online' | 'in_person'
}
export interface TopicRow {
  head: string
  answer: 'negotiate' | 'keep' | 'not_applicable'
  asked_rate: string | null
  asked_fen: number | null
}
export interface Bench {
  reps: Rep[]
  chief: string | null
  chief_is: string | null
  accepted: string[]
  published_on: string | null
  chosen_on: string | null
  delegate: string | null
  vacancies: unknown[]
}
export interface ClauseRow {
  head: string
  side: Side
  text_hash: string
  confirmed: Side[]
  values: { kind: string; name: string; rate?: string; fen?: number; day?: string; count?: number; groups?: unknown[] }[]
}
/** A proposal that stands; a package has several lines and stands or falls as a whole. */
export interface Position {
  side: Side
  terms: { head: string; rate: string | null; fen: number | null }[]
  given: { head: string; rate: string | null; fen: number | null }[]
  answers: string | null
  held: boolean
  accepted: boolean
}
export interface Material {
  asked_by: Side
  asked_on: string | null
  delivered_on: string | null
  acknowledged: boolean
  waived: boolean
  item: { code: string; period: string; secret: boolean }
}
export interface Paper {
  kind: string
  side: Side
  sent_on: string
  served: { on: string | null; via: string } | null
}
export interface CaseState {
  benches: Record<Side, Bench>
  clauses: Record<string, ClauseRow>
  materials: Record<string, Material>
  papers: Record<string, Paper>
  proposals: Proposal[]
  positions: Record<string, Position>
  questions: Record<string, Side>
  references: { kind: string; period: string; rate: string | null; fen: number | null; source: string }[]
  offer: { side: Side; sent_on: string; plan: Plan; topics: TopicRow[]; paper: string } | null
  reply: { side: Side; sent_on: string; outcome: string; plan: Plan | null; topics: TopicRow[]; paper: string } | null
  meeting: {
    plan: Plan | null
    session: number
    open: boolean
    recorder: string | null
    checked_in: Record<string, string>
    confirmed: string[]
    minutes_hash: string | null
    minutes_result: string | null
    minutes_confirmed: Side[]
    draft_hash: string | null
    draft_signed: Side[]
    agenda: string[]
    topic: string | null
    floor: string | null
  }
  congress: { day: string | null; total: number; submitted_on: string | null; convened: boolean; scrutineers: string[]; materials_on: string | null; form: string | null; ballot_mode: string | null }
  ballots: { passed: boolean; yes: number; no: number; abstain: number; spoiled: number; present: number; total?: number; issued: number }[]
  filing: { channel: string | null; filed_on: string | null; received_on: string | null; in_force_from: string | null; expires_on: string | null; document_hash: string | null; signed: Record<Side, string | null>; items: string[]; objected: unknown[]; objected_on: string | null; supplement_asked: string[] }
  performance: { published_on: string | null; reported_on: string | null; problems: Record<string, unknown>; reports: Record<string, unknown>; publications: Record<string, unknown> }
  step_modes: Record<string, string>
  round: number
  roll: unknown
  topics_ready: unknown
}

export interface CaseContext {
  document: CaseDocument
  state: CaseState | null
  draft: DraftDocument | null
  today: string
}

export const stateOf = (one: CaseDocument): CaseState | null => one.state as unknown as CaseState | null
