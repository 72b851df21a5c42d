import type { Deadline } from '@/api/documents'
import { t } from '@/texts/i18n'

export type Urgency = '' | 'due' | 'late' | 'ok' | 'provisional' | 'plain'

/** Amber from three working days before the end, red after it (ux.md §3.2). */
export function urgency(one: Deadline): Urgency {
  if (one.met_on) return 'ok'
  if (one.latest === null) return 'plain'
  if (one.overdue) return 'late'
  if (one.provisional) return 'provisional'
  return (one.left ?? 9) <= 3 ? 'due' : ''
}

/** `还剩 3 个工作日`: as the API counted, in the law's own unit. */
export function leftWords(one: Deadline): string {
  if (one.met_on) return t('deadline.met')
  if (one.latest === null || one.left === null) return t('deadline.none')
  if (one.provisional) return t('deadline.provisional')
  const unit = one.derivation.unit === 'wd' ? 'wd' : 'd'
  if (one.left < 0) return t(`deadline.over_${unit}`, { n: -one.left })
  return one.left === 0 ? t('deadline.today') : t(`deadline.left_${unit}`, { n: one.left })
}

/** Open terms, the most urgent first. */
export const openTerms = (rows: readonly Deadline[]): Deadline[] =>
  rows.filter((one) => one.open).sort((a, b) => (a.latest ?? '9').localeCompare(b.latest ?? '9'))
