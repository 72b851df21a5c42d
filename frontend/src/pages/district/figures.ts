import type { LocationQuery, LocationQueryRaw, RouteLocationRaw } from 'vue-router'
import { ask } from '@/api/client'
import { STEPS, type Step } from '@/api/documents'
import type { components } from '@/api/schema'
import { i18n, t, word } from '@/texts/i18n'

type S = components['schemas']
export type Cockpit = S['CockpitDocument']
export type Coverage = S['CoverageDocument']
export type Covered = S['CoverageFigures']
export type Figures = S['FiguresDocument']
export type Month = S['MonthDocument']
export type Place = S['RegionDocument']

/** What the figures are cut to. A year stands for itself; `all` for every year. */
export interface Cut {
  year: string
  region: string
  industry: string
  size: string
}

const text = (one: LocationQuery[string] | undefined): string => (typeof one === 'string' ? one : '')

/** The cut stands in the address; without a word it is the year that runs. */
export const cutOf = (query: LocationQuery, today: string): Cut => ({
  year: text(query.year) || today.slice(0, 4),
  region: text(query.region),
  industry: text(query.industry),
  size: text(query.size),
})

/** The same cut as the words of the API. */
function words(cut: Cut): Record<string, string> {
  const asked: Record<string, string> = {}
  if (cut.year !== 'all') asked.wage_year = cut.year
  if (cut.region) asked.region = cut.region
  if (cut.industry) asked.industry = cut.industry
  if (cut.size) asked.size_band = cut.size
  return asked
}

const get = <T>(path: string, asked: Record<string, string> = {}): Promise<T> => {
  const query = new URLSearchParams(asked).toString()
  return ask<T>(query ? `${path}?${query}` : path, undefined, undefined, 'GET')
}

export const cockpit = (cut: Cut): Promise<Cockpit> => get('/api/v1/cockpit', words(cut))
export const coverage = (cut: Cut): Promise<Coverage> => get('/api/v1/cockpit/coverage', cut.region ? { region: cut.region } : {})
export const monthOf = (month: string): Promise<Month> => get(`/api/v1/cockpit/report/${month}`)
export const mapOf = (): Promise<S['MapDocument']> => get('/api/v1/map')
export const places = async (): Promise<Place[]> => [...(await get<S['Regions']>('/api/v1/regions')).rows]
/** Contracts that end within 90 days, the first to end first. */
export async function ending(cut: Cut, n: number): Promise<S['CaseRow'][]> {
  const page = await get<S['CasePage']>('/api/v1/negotiations', { ...words(cut), closed: 'false', expires_within: '90', limit: '100' })
  return [...page.rows].sort((a, b) => String(a.overview.expires_on).localeCompare(String(b.overview.expires_on))).slice(0, n)
}
export const tableLink = (cut: Cut): string => `/api/v1/cockpit/export.csv?${new URLSearchParams(words(cut))}`

/** The list of a figure: the same cut, and what makes the figure. Without `closed` it is of all cases. */
export function listOf(cut: Cut, more: Record<string, string>): RouteLocationRaw {
  const query: LocationQueryRaw = { closed: 'any', ...words(cut), ...more }
  return { name: 'cases', query }
}

// --- what one figure says -------------------------------------------------------------------------------------------

export { number, ofPercent, share } from './said'

export interface StepRow {
  step: Step
  at: number
  cases: number
  headcount: number
  late: number
  due: number
}

export const steps = (found: Cockpit): StepRow[] =>
  STEPS.map((step, at) => {
    const one = found.by_step[step]
    return { step, at: at + 1, cases: one?.cases ?? 0, headcount: one?.headcount ?? 0, late: one?.red ?? 0, due: one?.yellow ?? 0 }
  })

export interface StuckRow {
  reason: string
  side: S['Side'] | null
  seats: string[]
  cases: number
  articles: string[]
}

/** A list can be asked by reason and side, not by seat: rows are put together so that each opens its very list. */
export function stuckRows(found: Cockpit): StuckRow[] {
  const whole = new Set(found.stuck.filter((one) => one.side === null).map((one) => one.reason))
  const rows = new Map<string, StuckRow>()
  for (const one of found.stuck) {
    const side = whole.has(one.reason) ? null : one.side
    const key = `${one.reason}|${side ?? ''}`
    const row = rows.get(key) ?? { reason: one.reason, side, seats: [], cases: 0, articles: one.articles }
    row.cases += one.cases
    if (one.seat && !row.seats.includes(one.seat)) row.seats.push(one.seat)
    rows.set(key, row)
  }
  return [...rows.values()].sort((a, b) => b.cases - a.cases)
}

/** A word of this page, if it has one. */
const named = (key: string): string | null => (i18n.global.te(key) ? t(key) : null)

export const reasonWords = (reason: string): string => named(`district.reason.${reason}`) ?? reason.replaceAll('_', ' ')

export const stuckList = (cut: Cut, row: StuckRow): RouteLocationRaw =>
  listOf(cut, { closed: 'false', stuck: row.reason, ...(row.side ? { turn_side: row.side } : {}) })

export interface TermRow {
  timer: string
  overdue: number
  due: number
}

export const terms = (found: Cockpit): TermRow[] =>
  [...new Set([...Object.keys(found.overdue), ...Object.keys(found.due)])]
    .map((timer) => ({ timer, overdue: found.overdue[timer] ?? 0, due: found.due[timer] ?? 0 }))
    .sort((a, b) => b.overdue - a.overdue || b.due - a.due)

export const timerWords = (timer: string): string => word(`timers.${timer}`)

/** `C1751` is said by its division, `纺织业`. */
export const industryName = (code: string): string =>
  named(`district.industries.${code.slice(0, 3)}`) ?? named(`district.industries.${code.slice(0, 1)}`) ?? code

/** The code stands with it, for two classes may be of one division. */
export const industryWords = (code: string): string => (industryName(code) === code ? code : `${industryName(code)} ${code}`)

export const sizeWords = (band: string): string => t('district.size_of', { band })
export const SIZES = ['1-49', '50-99', '100-299', '300-999', '1000+'] as const
export const RAISES = ['below_lower', 'lower_to_benchmark', 'benchmark_to_upper', 'above_upper'] as const
export const MINIMA = ['below', 'equal', 'up_to_110', 'up_to_130', 'above_130'] as const
