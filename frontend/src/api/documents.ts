import type { components } from './schema'

/** Short names of what the API answers with. */
type S = components['schemas']
export type Me = S['Me']
export type CaseDocument = S['CaseDocument']
export type CasePage = S['CasePage']
export type CaseRow = S['CaseRow']
export type Overview = S['Overview']
export type NextDocument = S['NextDocument']
export type Possible = S['PossibleDocument']
export type Obstacle = S['ObstacleDocument']
export type Deadline = S['DeadlineDocument']
export type Deadlines = S['Deadlines']
export type Timeline = S['Timeline']
export type TimelineEntry = S['TimelineEntry']
export type DraftDocument = S['DraftDocument']
export type Receipt = S['ReceiptDocument']
export type Step = S['Step']
export type Side = S['Side']
export type Stream = S['Stream']
export type Message = S['MessageDocument']
export type TextHead = S['TextHead']
export type Papers = S['PapersDocument']
export type PossiblePaper = S['PossiblePaper']
export type MadePaper = S['PaperDocument']

export const STEPS: readonly Step[] = [
  'representatives', 'topics', 'offer', 'reply', 'preparation', 'meeting', 'congress', 'filing', 'performance',
]
export type Todo = S['WaitingPage']
export type TodoAct = S['WaitingAct']
export type Waiting = S['WaitingFor']
