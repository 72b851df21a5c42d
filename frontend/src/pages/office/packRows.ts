import type { Said } from '@/api/problem'
import { i18n, said, t } from '@/texts/i18n'

/** A pack as rows a person reads: what, how much, what happens else, and on which article it rests. */

export interface PackRow {
  name: string
  lines: string[]
  level: string | null
  articles: readonly string[]
}
export interface PackSection {
  code: string
  name: string
  note: Said | null
  rows: PackRow[]
}
type Row = { cite?: string[]; cites?: Record<string, string[]>; note?: Said | null } & Record<string, unknown>
interface Share { numerator: number; denominator: number; over: boolean }
interface Named { code: string; name: Said; article?: string; level?: string }
interface Band { up_to: number | null; base: number; above: number; each: number; per: number }

const NOT_RULES = new Set(['id', 'version', 'name', 'based_on', 'text_date', 'verified_by', 'verified_at', 'sources', 'steps', 'timers'])
/** As the procedure goes; what is not named here stands after it. */
const ORDER = [
  'bench', 'bench_regional', 'choosing', 'choosing_regional', 'publicity', 'opinions', 'topics', 'offer', 'reply', 'refusal', 'materials',
  'meeting_notice', 'meeting', 'suspension', 'delegates', 'congress', 'congress_regional', 'filing', 'term', 'floor', 'regional_floor', 'quota',
]
const HEAD = new Set(['cite', 'cites', 'note'])
export const isLevel = (value: unknown): value is string => value === 'hard' || value === 'advisory'

const written = (code: string): string => (i18n.global.te(`office.words.${code}`, 'zh') ? t(`office.words.${code}`) : code)

const share = (one: Share): string => {
  const part = `${one.numerator}/${one.denominator}`
  return one.over ? t('office.pack.over', { share: part }) : part
}

function band(one: Band): string {
  if (one.up_to === null) return t('office.pack.band_last', { base: one.base })
  return t(one.per ? 'office.pack.band_grows' : 'office.pack.band', { ...one, n: one.up_to })
}

export function linesOf(value: unknown, wordOf: (code: string) => string = written): string[] {
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return [t('office.pack.unruled')]
  if (typeof value === 'boolean') return [t(value ? 'office.pack.yes' : 'office.pack.no')]
  if (isLevel(value)) return [t('office.pack.required')]
  if (typeof value === 'string') return [wordOf(value)]
  if (Array.isArray(value)) return value.flatMap((one) => linesOf(one, wordOf))
  if (typeof value === 'object') {
    if ('numerator' in value) return [share(value as Share)]
    if ('up_to' in value) return [band(value as Band)]
    if ('name' in value) return [said((value as Named).name)]
  }
  return [String(value)]
}

/** The rows whose level another field names: `quorum_level` for `quorum`, `max_level` for `max_days`. */
function levelOf(section: Row, field: string): string | null {
  const value = section[field]
  if (isLevel(value)) return value
  const named = [`${field}_level`, field.startsWith('max_') ? 'max_level' : '', 'level'].map((key) => section[key]).find(isLevel)
  return named ?? null
}

function rowsOf(section: Row, wordOf: (code: string) => string): PackRow[] {
  const own = section.cites ?? {}
  const rows: PackRow[] = []
  for (const field of Object.keys(section)) {
    if (HEAD.has(field)) continue
    const value = section[field]
    const articles = own[field] ?? (value === null ? [] : (section.cite ?? []))
    const named = Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && 'name' in (value[0] as object)
    if (named) {
      for (const one of value as Named[]) {
        rows.push({ name: t(`office.fields.${field}`), lines: linesOf(one), level: one.level ?? levelOf(section, field), articles: one.article ? [one.article] : articles })
      }
    } else rows.push({ name: t(`office.fields.${field}`), lines: linesOf(value, wordOf), level: levelOf(section, field), articles })
  }
  return rows
}

export function sectionsOf(rows: Record<string, unknown>, material: (code: string) => string | null): PackSection[] {
  const wordOf = (code: string): string => material(code) ?? written(code)
  const place = (code: string): number => (ORDER.includes(code) ? ORDER.indexOf(code) : ORDER.length)
  return Object.entries(rows)
    .sort(([one], [other]) => place(one) - place(other))
    .filter(([code, section]) => !NOT_RULES.has(code) && section !== null && typeof section === 'object')
    .map(([code, section]) => ({
      code,
      name: t(`office.sections.${code}`),
      note: (section as Row).note ?? null,
      rows: rowsOf(section as Row, wordOf),
    }))
}
