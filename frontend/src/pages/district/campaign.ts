import type { components } from '@/api/schema'

type S = components['schemas']
export type BoardRow = S['BoardRow']
export type State = BoardRow['state']
export type RunRow = S['CampaignRow']
export type Outcome = RunRow['outcome']

/** As many enterprises as one request takes. */
export const AT_ONCE = 50
export const STATES: readonly State[] = ['not_begun', 'opened', 'sent', 'served', 'answered', 'in_force', 'closed']
/** Who can be picked: a campaign is for those whose offer has not gone out. */
const PICKED: ReadonlySet<State> = new Set<State>(['not_begun', 'opened'])
export const open = (row: BoardRow): boolean => PICKED.has(row.state)
export const late = (row: BoardRow): boolean => row.late.split(' ').includes('reply')

export interface Pick {
  union: '' | 'with' | 'without'
  state: State | 'late' | ''
  text: string
}

export const shown = (rows: readonly BoardRow[], pick: Pick): BoardRow[] =>
  rows.filter(
    (row) =>
      (!pick.union || row.has_union === (pick.union === 'with')) &&
      (!pick.state || (pick.state === 'late' ? late(row) : row.state === pick.state)) &&
      (!pick.text || row.name.includes(pick.text)),
  )

export const chunks = <T>(all: readonly T[], size = AT_ONCE): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))

/** How many of each, in the order they are to be read: what went well first. */
const ORDER: readonly Outcome[] = ['opened', 'can_open', 'called', 'can_call', 'already_opened', 'already_called', 'under_way', 'refused', 'not_yours']
export function tally(rows: readonly RunRow[]): [Outcome, number][] {
  const found = new Map<Outcome, number>()
  for (const row of rows) found.set(row.outcome, (found.get(row.outcome) ?? 0) + 1)
  return ORDER.flatMap((one): [Outcome, number][] => (found.has(one) ? [[one, found.get(one)!]] : []))
}
