import { valueWords } from '@/forms/pickers'
import type { ClauseRow } from '@/forms/state'
import type { ValueChange } from '@/tools/clauses'
import { money } from './money'
import { t, wordOf } from '@/texts/i18n'

type Value = ClauseRow['values'][number]

export interface ValueRow {
  name: string
  label: string
  before: string | null
  after: string | null
  change: string
}

const label = (name: string): string => wordOf(`form.words.value_name.${name}`) ?? name
/** What a value says, without the name that stands before it. */
const bare = (one: Value): string => (one.kind === 'groups' ? one.groups.join(t('and')) : valueWords(one).slice(label(one.name).length).trim())

/** One typed value before and after; what it changed, in words. */
export function valueRow(one: ValueChange): ValueRow {
  const [before, after] = [one.before, one.after].map((value) => (value ? bare(value as unknown as Value) : null))
  return { name: one.name, label: label(one.name), before: before!, after: after!, change: change(one) }
}

function change(one: ValueChange): string {
  if (one.how !== 'changed') return t({ added: 'clauses.value_new', removed: 'clauses.value_gone', same: 'clauses.value_same' }[one.how])
  if (one.unit === 'groups') return [one.gained.length && t('clauses.gained', { list: one.gained.join(t('and')) }), one.lost.length && t('clauses.lost', { list: one.lost.join(t('and')) })].filter(Boolean).join(t('clauses.semicolon')) || t('clauses.changed')
  if (!one.unit || !one.by || one.by === '0') return t('clauses.changed')
  const less = one.by.startsWith('-')
  const n = less ? one.by.slice(1) : one.by
  switch (one.unit) {
    case 'points': return t(less ? 'clauses.points_less' : 'clauses.points_more', { n })
    case 'fen': return t(less ? 'clauses.money_less' : 'clauses.money_more', { n: money(Number(n)) })
    case 'days': return t(less ? 'clauses.earlier' : 'clauses.later', { n })
    default: return t(less ? 'clauses.money_less' : 'clauses.money_more', { n })
  }
}
