import type { Side, TimelineEntry } from '@/api/documents'
import { useCase } from '@/stores/case'
import { useLaw } from '@/stores/law'
import { t, word } from '@/texts/i18n'
import { factWords } from './facts'
import { money } from './money'
import { factsOf, linesOf, numberOf, type Line } from './talk'

/** A seat of a side: 职工方首席代表; two words in other languages. */
export const seatOf = (side: Side, seat: string): string => t('minutes.seat', { side: word(`sides.${side}`), seat: word(`seats.${seat}`) })

/** An act of the table in the words of a record: who, and what he said or put. */
export function useSaid() {
  const found = useCase()
  const law = useLaw()
  const value = (line: Line): string => [law.head(line.head), line.rate !== null ? `${line.rate}%` : line.fen !== null ? money(line.fen) : '', line.text ?? ''].filter(Boolean).join(' ')
  const chief = (side: Side): string => seatOf(side, 'chief')
  /** What somebody wrote. */
  function said(entry: TimelineEntry): string {
    const words = (entry.words ?? {}) as Record<string, string>
    return words.text ?? words.prose ?? words.remark ?? words.reason ?? ''
  }
  function gist(entry: TimelineEntry): string {
    if (entry.type === 'package_made') {
      const { terms, given } = linesOf(entry)
      return given.length ? t('talks.only_if', { what: terms.map(value).join(t('talks.and')), given: given.map(value).join(t('talks.and')) }) : terms.map(value).join(t('talks.and'))
    }
    return [about(entry), factWords(entry, (id) => found.name(id)), said(entry) || worded(entry)].filter(Boolean).join(t('sheet.colon'))
  }
  /** Who was there when it began; which earlier act this one answers. */
  function about(entry: TimelineEntry): string {
    const facts = entry.facts as { present?: string[]; chair?: Side | null }
    if (entry.type === 'meeting_started') return [t('minutes.present', { who: (facts.present ?? []).map(found.name).join(t('and')) }), facts.chair ? t('screen.chair', { who: chief(facts.chair) }) : ''].filter(Boolean).join(t('talks.semicolon'))
    const { answers, proposal, question } = factsOf(entry)
    const of = entry.type === 'proposal_made' ? answers : entry.type === 'question_asked' ? null : (answers ?? proposal ?? question)
    return of ? t('room.of', { n: numberOf(of) }) : ''
  }
  /** The text a chief confirmed, as it was put: by its hash. */
  function worded(entry: TimelineEntry): string {
    const { text_hash: hash } = entry.facts as { text_hash?: string }
    const put = hash && entry.type !== 'clause_put' ? found.entries.find((one) => one.type === 'clause_put' && (one.facts as { text_hash?: string }).text_hash === hash) : undefined
    return put ? t('minutes.text', { text: said(put) }) : ''
  }
  const sideOf = (entry: TimelineEntry): Side | null => factsOf(entry).side ?? (['worker', 'employer'] as const).find((side) => found.state?.benches[side].reps.some((rep) => rep.person === entry.actor)) ?? null
  function who(entry: TimelineEntry): string {
    if (entry.via === 'clock') return t('case.clock')
    const side = sideOf(entry)
    const seat = entry.actor === found.state?.meeting.recorder ? word('seats.recorder') : side ? found.state?.benches[side].chief === entry.actor ? chief(side) : word(`sides.${side}`) : ''
    return [found.name(entry.actor), seat].filter(Boolean).join(' ')
  }
  return { gist, said, who, sideOf, chief }
}
