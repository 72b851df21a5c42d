import type { components } from '@/api/schema'

export type Enterprise = components['schemas']['Entry']

/** Whole facts of the register in the order one reads them. */
export const TEXTS = [
  'name', 'address', 'region', 'industry', 'ownership', 'branch_of', 'receiving_address', 'contact', 'hrss_office', 'hrss_hours',
  'external_ref', 'source',
] as const
export const YES_NO = ['above_scale', 'has_union', 'has_congress'] as const
export const COUNTS = ['delegates', 'manager_delegates'] as const
export const DAYS = ['congress_until', 'checked_on'] as const
export const ALL = [...TEXTS.slice(0, 1), 'credit_code', ...TEXTS.slice(1), ...YES_NO, ...COUNTS, ...DAYS] as const

/** What an enterprise is offered to change of its own entry; the API refuses the rest by name. */
export const OWN: readonly string[] = ['address', 'ownership', 'has_congress', 'delegates', 'manager_delegates', 'congress_until', 'hrss_office', 'hrss_hours', 'receiving_address', 'contact', 'external_ref']

/** The workers of the latest year that was entered. */
export function headsOf(one: Enterprise): number | null {
  const latest = [...(one.headcount ?? [])].sort((a, b) => b.year - a.year)[0]
  return latest ? latest.total : null
}
