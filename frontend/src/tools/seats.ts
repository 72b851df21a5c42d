import type { Me } from '@/api/documents'
import { t, wordOf } from '@/texts/i18n'

type Membership = Me['memberships'][number]

/** `职工方 · 工会`: the side only where the office alone does not say it. */
export function seatWords(one: Membership): string {
  const office = wordOf(`seats.${one.office}`) ?? t(`office.org.${one.office}`)
  return one.side ? t('shell.side_and_office', { side: wordOf(`sides.${one.side}`), office }) : office
}
