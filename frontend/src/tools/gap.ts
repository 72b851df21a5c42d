import { distance, money, tenThousandths } from './money'

/** Where the two sides stand on one head: nothing but arithmetic on what each said last. */

export type Side = 'worker' | 'employer'
export type Proposal = readonly [Side, string, string | null, number | null]

export interface Standing {
  head: string
  unit: 'rate' | 'fen'
  worker: string | null
  employer: string | null
  /** Earlier values of each side, oldest first, without the last. */
  before: { worker: string[]; employer: string[] }
  /** The distance: a decimal string of percentage points or of yuan; null where one side said no number. */
  apart: string | null
}

const value = (one: Proposal): string | null => one[2] ?? (one[3] === null ? null : String(one[3]))

/** The standing of each head on which a number was said, in the order the heads came up. */
export function standings(proposals: readonly Proposal[]): Standing[] {
  const heads = [...new Set(proposals.map((one) => one[1]))]
  return heads.flatMap((head) => {
    const of = proposals.filter((one) => one[1] === head && value(one) !== null)
    const unit = of.some((one) => one[2] !== null) ? 'rate' : 'fen'
    const said = (side: Side) => of.filter((one) => one[0] === side && (unit === 'rate') === (one[2] !== null)).map((one) => value(one) as string)
    const [worker, employer] = [said('worker'), said('employer')]
    const [w, e] = [worker.at(-1) ?? null, employer.at(-1) ?? null]
    if (w === null && e === null) return []
    const apart = w === null || e === null ? null : unit === 'rate' ? distance(w, e) : money(Math.abs(Number(w) - Number(e)), '')
    return [{ head, unit, worker: w, employer: e, before: { worker: worker.slice(0, -1), employer: employer.slice(0, -1) }, apart }]
  })
}

/** Places on an axis from 0 to 100, with a tenth of room on both ends; one value alone stands in the middle. */
export function axis(values: string[]): (value: string) => number {
  const numbers = values.map((one) => Number(tenThousandths(one)))
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
  if (low === high) return () => 50
  return (one) => 8 + (84 * (Number(tenThousandths(one)) - low)) / (high - low)
}

export interface Reference {
  kind: string
  period: string
  rate: string | null
  fen: number | null
  source: string
}
export interface Mark {
  kind: string
  period: string
  value: string
  source: string
}
const MARKS = { rate: ['guideline_lower', 'guideline_benchmark', 'guideline_upper'], fen: ['minimum_wage'] }

/** The reference values of a unit, low to high; of one kind the latest period. */
export function marksOf(references: readonly Reference[], unit: 'rate' | 'fen'): Mark[] {
  return MARKS[unit].flatMap((kind) => {
    const of = references.filter((one) => one.kind === kind && one[unit] !== null)
    const last = of.reduce<Reference | null>((best, one) => (best && best.period >= one.period ? best : one), null)
    return last ? [{ kind, period: last.period, value: String(last[unit]), source: last.source }] : []
  })
}

/** Where the guideline ends on both sides; null where one end is not known. */
export function bandOf(marks: readonly Mark[]): [string, string] | null {
  const [low, high] = ['guideline_lower', 'guideline_upper'].map((kind) => marks.find((one) => one.kind === kind)?.value)
  return low !== undefined && high !== undefined ? [low, high] : null
}
