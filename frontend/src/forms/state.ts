import type { components } from '@/api/schema'
import type { CaseDocument, DraftDocument } from '@/api/documents'

/** The joint state of a case as `GET …/{case}` gives it, with the names the screens have for its parts. */
type S = components['schemas']
export type CaseState = S['CaseState']
export type Bench = S['BenchState']
export type Rep = S['RepShown']
export type TopicRow = S['TopicFactShown']
export type ClauseRow = S['ClauseState']
/** A proposal that stands; a package has several lines and stands or falls as a whole. */
export type Position = S['PositionState']

export interface CaseContext {
  document: CaseDocument
  state: CaseState | null
  draft: DraftDocument | null
  today: string
}

export const stateOf = (one: CaseDocument): CaseState | null => one.state
