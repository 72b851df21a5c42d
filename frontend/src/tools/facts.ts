import type { TimelineEntry } from '@/api/documents'
import { useCase } from '@/stores/case'
import { useLaw } from '@/stores/law'
import { dayWords } from './days'
import { money } from './money'
import { t, word, wordOf } from '@/texts/i18n'

const COMES = new Set(['checked_in', 'meeting_started']) // how people came together is said in the record of it

/** The gist of an event in a few words, of the facts that people ask for first. */
export function factWords(event: TimelineEntry, name: (id: string) => string): string {
  const facts = event.facts as Record<string, unknown>
  const said: string[] = []
  const head = facts.head ?? (typeof facts.clause === 'string' ? useCase().state?.clauses[facts.clause]?.head : null)
  if (typeof head === 'string') said.push(useLaw().head(head))
  if (typeof facts.rate === 'string') said.push(`${facts.rate}%`)
  if (typeof facts.fen === 'number') said.push(money(facts.fen))
  if (typeof facts.closed === 'string') said.push(word(`steps.${facts.closed}`))
  if (typeof facts.outcome === 'string') said.push(wordOf(`form.words.ReplyOutcome.${facts.outcome}`) ?? wordOf(`outcomes.${facts.outcome}`) ?? '')
  if (typeof facts.step === 'string') said.push(word(`steps.${facts.step}`))
  if (typeof facts.result === 'string') said.push(wordOf(`form.words.result.${facts.result}`) ?? '')
  if (typeof facts.person === 'string' && facts.person !== event.actor) said.push(name(facts.person))
  if (COMES.has(event.type) && typeof facts.mode === 'string') said.push(wordOf(`form.words.Mode.${facts.mode}`) ?? '')
  if (facts.how === 'qr') said.push(t('attendance.by_code'))
  const plan = facts.plan as { day?: string; time?: string; place?: string | null } | null
  if (plan?.day) said.push([dayWords(plan.day), plan.time, plan.place].filter(Boolean).join(' '))
  if (typeof facts.occurred_on === 'string' && facts.occurred_on !== event.at.slice(0, 10)) said.push(dayWords(facts.occurred_on))
  return said.filter(Boolean).join(' · ')
}
