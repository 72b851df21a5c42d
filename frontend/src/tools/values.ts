import { valueWords } from '@/forms/pickers'
import type { ClauseRow } from '@/forms/state'
import { daysBetween } from './days'
import { distance, money, tenThousandths } from './money'
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

/** The typed values of two drafts beside each other; what each changed, in words. */
export function valueRows(before: readonly Value[], after: readonly Value[]): ValueRow[] {
  const names = [...new Set([...before, ...after].map((one) => one.name))]
  return names.map((name) => {
    const [a, b] = [before, after].map((some) => some.find((one) => one.name === name))
    return { name, label: label(name), before: a ? bare(a) : null, after: b ? bare(b) : null, change: change(a, b) }
  })
}

function change(a: Value | undefined, b: Value | undefined): string {
  if (!a) return t('clauses.value_new')
  if (!b) return t('clauses.value_gone')
  if (bare(a) === bare(b)) return t('clauses.value_same')
  if (a.kind === 'rate' && b.kind === 'rate') return t(tenThousandths(b.rate) > tenThousandths(a.rate) ? 'clauses.points_more' : 'clauses.points_less', { n: distance(a.rate, b.rate) })
  if (a.kind === 'fen' && b.kind === 'fen') return t(b.fen > a.fen ? 'clauses.money_more' : 'clauses.money_less', { n: money(Math.abs(b.fen - a.fen)) })
  if (a.kind === 'day' && b.kind === 'day') return t(b.day > a.day ? 'clauses.later' : 'clauses.earlier', { n: Math.abs(daysBetween(a.day, b.day)) })
  return t('clauses.changed')
}
