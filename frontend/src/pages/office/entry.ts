import type { components } from '@/api/schema'

export type Enterprise = components['schemas']['Entry']

/** Whole facts of the register in the order one reads them. */
export const TEXTS = [
  'name', 'credit_code', 'region', 'address', 'industry', 'ownership', 'branch_of', 'receiving_address', 'contact', 'hrss_office',
  'hrss_hours', 'external_ref', 'source',
] as const
export const YES_NO = ['above_scale', 'has_union', 'has_congress'] as const
export const COUNTS = ['delegates', 'manager_delegates'] as const
export const DAYS = ['congress_until', 'checked_on'] as const
/** As they are read; `union_*` are ids, and said elsewhere. */
export const ALL = ['name', 'credit_code', 'kind', ...TEXTS.slice(2, 7), 'branch_consent', ...TEXTS.slice(7), ...YES_NO, ...COUNTS, ...DAYS] as const
export const HEADS = ['total', 'women', 'dispatched', 'disabled', 'front_line'] as const

/** What an enterprise is offered to change of its own entry; the API refuses the rest by name. */
export const OWN: readonly string[] = ['address', 'ownership', 'has_congress', 'delegates', 'manager_delegates', 'congress_until', 'hrss_office', 'hrss_hours', 'receiving_address', 'contact', 'external_ref', 'headcount']

/** The workers of the latest year that was entered. */
export function headsOf(one: Enterprise): number | null {
  const latest = [...(one.headcount ?? [])].sort((a, b) => b.year - a.year)[0]
  return latest ? latest.total : null
}

/** An entry as it is typed: everything is text until it is sent. */
export interface Typed {
  facts: Record<string, string>
  yes: Record<string, boolean>
  heads: Record<string, string>[]
}
const PICKED = ['kind', 'branch_consent', 'union_organisation', 'union_chair'] as const
const SPOKEN: Record<string, boolean> = { yes: true, no: false }

export function typedOf(entry: Enterprise | null, year: string): Typed {
  const known = (entry ?? {}) as unknown as Record<string, unknown>
  const facts = Object.fromEntries([...TEXTS, ...COUNTS, ...DAYS, ...PICKED].map((name) => [name, String(known[name] ?? '')]))
  if (!entry) facts.kind = 'enterprise'
  facts.branch_consent = known.branch_consent === true ? 'yes' : known.branch_consent === false ? 'no' : ''
  const heads = [...(entry?.headcount ?? [])].sort((a, b) => b.year - a.year).map((one) => Object.fromEntries(['year', ...HEADS].map((name) => [name, String((one as unknown as Record<string, unknown>)[name] ?? '')])))
  return { facts, yes: Object.fromEntries(YES_NO.map((name) => [name, Boolean(known[name])])), heads: entry ? heads : [{ year, total: '', women: '', dispatched: '', disabled: '', front_line: '' }] }
}

const valueOf = (name: string, text: string): unknown => {
  const said = text.trim()
  if (said === '') return null
  if (name === 'branch_consent') return SPOKEN[said] ?? null
  return (COUNTS as readonly string[]).includes(name) && /^\d+$/.test(said) ? Number(said) : said
}
const headsSent = (rows: Record<string, string>[]): Record<string, unknown>[] =>
  rows.filter((row) => HEADS.some((name) => (row[name] ?? '').trim())).map((row) =>
    Object.fromEntries(['year', ...HEADS].filter((name) => (row[name] ?? '').trim()).map((name) => [name, /^\d+$/.test(row[name]!.trim()) ? Number(row[name]!.trim()) : row[name]!.trim()])))

/** What is sent: all that was typed of a new entry, and of an old one what is another now. */
export function sentOf(typed: Typed, before: Enterprise | null): Record<string, unknown> {
  const was = typedOf(before, '')
  const sent: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(typed.facts)) {
    const value = valueOf(name, text)
    if (before ? text.trim() !== (was.facts[name] ?? '').trim() : value !== null) sent[name] = value
  }
  for (const name of YES_NO) if (before ? typed.yes[name] !== was.yes[name] : typed.yes[name]) sent[name] = typed.yes[name]
  const heads = headsSent(typed.heads)
  if (before ? JSON.stringify(heads) !== JSON.stringify(headsSent(was.heads)) : heads.length) sent.headcount = heads
  return sent
}
