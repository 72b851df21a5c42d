import type { Covered, Figures, Month } from './figures'
import { number, ofPercent, share } from './said'

/** A line of the report: which figure, what it says with its unit; its name and definition stand in the texts. */
export interface Line {
  key: string
  said: string
  /** The unit's text, null where the figure carries its own. */
  unit: string | null
}

const line = (key: string, n: number, unit: string): Line => ({ key, said: number(n), unit })
const percent = (key: string, said: string): Line => ({ key, said, unit: null })

export const HAPPENED = ['opened', 'offered', 'agreed', 'in_force', 'expire'] as const
export const happened = (month: Month): Line[] => HAPPENED.map((key) => line(key, month.happened?.[key] ?? 0, key === 'in_force' || key === 'expire' ? 'contracts' : 'cases'))

export const covering = (one: Covered): Line[] => [
  line('enterprises', one.enterprises, 'firms'),
  line('workers', one.workers, 'people'),
  line('with_union', one.with_union, 'firms'),
  line('covered', one.in_force, 'firms'),
  percent('established', ofPercent(one.established, 1)),
  line('covered_workers', one.covered_workers, 'people'),
  line('begun', one.begun, 'firms'),
  line('not_begun', one.not_begun, 'firms'),
]

export const standing = (one: Figures): Line[] => [
  line('cases', one.cases, 'cases'),
  line('firms', one.enterprises, 'firms'),
  line('headcount', one.headcount, 'people'),
  line('offered_all', one.offered, 'cases'),
  percent('agreed_rate', ofPercent(one.agreed_rate, 1)),
  line('in_force_all', one.in_force, 'contracts'),
  line('red', one.red, 'cases'),
  line('yellow', one.yellow, 'cases'),
  percent('mean_raise', ofPercent(one.mean_raise, 1)),
  percent('turnout', ofPercent(one.turnout, 1)),
  percent('passed_first', share(one.passed_first, one.balloted)),
  line('saved', one.saved, 'times'),
  line('gatherings', one.gatherings, 'times'),
  percent('online', share(one.steps_online, one.steps_done)),
]

/** The months a reader may pick: this one and the two years before it, newest first. */
export function months(today: string, count = 24): string[] {
  const [year, month] = today.split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, back) => {
    const at = year * 12 + month - 1 - back
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
  })
}
