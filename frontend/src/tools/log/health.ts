import type { components } from '@/api/schema'

type Row = components['schemas']['CheckpointRow']
type Side = components['schemas']['Side']
export type Health = { state: 'both'; at: string } | { state: 'waits'; sides: Side[] } | { state: 'none' }

const JOINT = ['table', 'filing', 'notice']

/** How far both sides have confirmed what is joint: all of it, since when; or who has not yet. A caucus is its own side's matter. */
export function healthOf(rows: readonly Row[]): Health {
  const joint = rows.filter((one) => JOINT.includes(one.stream) && one.size)
  if (!joint.length || joint.every((one) => !one.witnesses.length)) return { state: 'none' }
  const missing = (['worker', 'employer'] as Side[]).filter((side) => joint.some((one) => (one.confirmed[side] ?? 0) < one.size))
  if (missing.length) return { state: 'waits', sides: missing }
  const last = joint.map((one) => (['worker', 'employer'] as Side[]).map((side) => one.witnesses.filter((w) => w.side === side && w.size === one.size).map((w) => w.at).sort()[0] ?? ''))
  return { state: 'both', at: last.flat().sort().at(-1) ?? '' }
}
