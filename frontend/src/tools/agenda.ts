import { computed } from 'vue'
import { useCase } from '@/stores/case'
import { standings } from '@/tools/gap'
import { t } from '@/texts/i18n'

/** What is talked of, and how far each of it is: as the chair set it, or else what the sides put up for negotiation. */
export function useAgenda() {
  const found = useCase()
  const heads = computed(() => {
    const set = found.state?.meeting.agenda ?? []
    if (set.length) return set
    const sheets = [...(found.state?.offer?.topics ?? []), ...(found.state?.reply?.topics ?? [])]
    return [...new Set(sheets.filter((one) => one.answer === 'negotiate').map((one) => one.head))]
  })
  const gaps = computed(() => new Map(standings(found.state?.proposals ?? []).map((one) => [one.head, one])))
  const clausesOf = (head: string) => Object.entries(found.state?.clauses ?? {}).filter(([, clause]) => clause.head === head)
  const agreed = (head: string): boolean => clausesOf(head).some(([, clause]) => clause.confirmed.length === 2)
  const accepted = (head: string): boolean => Object.values(found.state?.positions ?? {}).some((one) => one.accepted && [...one.terms, ...one.given].some((line) => line.head === head))
  const apart = (head: string): string => {
    const one = gaps.value.get(head)
    if (!one) return t('room.agenda_open')
    return one.apart === null ? t('talks.waits') : Number(one.apart.replaceAll(',', '')) === 0 ? t('talks.none') : t(`talks.apart_${one.unit}`, { n: one.apart })
  }
  const standing = (head: string): string => (agreed(head) ? t('room.agenda_agreed') : accepted(head) ? t('room.fates.accepted') : apart(head))
  const settled = computed(() => heads.value.filter(agreed).length)
  return { heads, gaps, clausesOf, agreed, apart, standing, settled }
}
