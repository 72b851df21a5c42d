import type { components } from '@/api/schema'
import { valueWords } from '@/forms/pickers'
import { draw } from '@/tools/ballot/secret'
import { yuanOf } from '@/tools/money'
import { language, t } from '@/texts/i18n'

export type Survey = components['schemas']['SurveyDocument']
export type Surveys = components['schemas']['SurveyList']
export type Results = components['schemas']['SurveyResults']
export type Question = components['schemas']['SurveyQuestion']
export type Table = components['schemas']['CountedTable']
export type Breakdown = components['schemas']['CountedBreakdown']
export type Opinion = components['schemas']['OpinionDocument']
export type Opinions = components['schemas']['OpinionList']
export type OpinionStep = components['schemas']['OpinionStepDocument']
export type OpinionClause = components['schemas']['OpinionClause']
export type OpinionTopic = components['schemas']['OpinionTopic']

export const SCALE = 5
export const WORDS_MOST = 500
export type Stand = 'agree' | 'disagree' | 'pass'
export const STANDS: readonly Stand[] = ['agree', 'disagree', 'pass']

/** What there is to choose from, in words. An amount is asked by band: to the fen it would be somebody. */
export function choices(question: Pick<Question, 'kind'> & { options?: readonly { text: string }[]; edges?: readonly number[] }): string[] {
  if (question.kind === 'scale') return Array.from({ length: SCALE }, (_, at) => t(`survey.scale.${at + 1}`))
  if (question.kind === 'amount') {
    const edges = (question.edges ?? []).map((one) => yuanOf(one))
    return [t('survey.below', { yuan: edges[0] }), ...edges.map((from, at) => (edges[at + 1] ? t('survey.band', { from, to: edges[at + 1] }) : t('survey.above', { yuan: from })))]
  }
  return (question.options ?? []).map((one) => one.text)
}

export const most = (question: Question): number => (question.kind === 'several' ? (question.most ?? question.options?.length ?? 0) : 1)

/** One screen after the other: who one is as far as he likes to say, the questions, the statements, the end. */
export type Screen = { kind: 'about' } | { kind: 'question'; at: number } | { kind: 'statement'; at: number } | { kind: 'send' }
export const screens = (asked: Survey['asked']): Screen[] => [
  ...asked.questions.map((_, at): Screen => ({ kind: 'question', at })),
  ...(asked.statements ?? []).map((_, at): Screen => ({ kind: 'statement', at })),
  ...((asked.departments?.length ?? 0) + (asked.posts?.length ?? 0) ? [{ kind: 'about' } as const] : []),
  { kind: 'send' },
]

/** What somebody has filled in so far. */
export interface Filled {
  department: number | null
  post: number | null
  picks: number[][]
  texts: string[]
  statements: (Stand | null)[]
}
export const nothing = (asked: Survey['asked']): Filled => ({
  department: null, post: null,
  picks: asked.questions.map(() => []), texts: asked.questions.map(() => ''), statements: (asked.statements ?? []).map(() => null),
})

/** Beside an opinion the code by which its writer finds it again. */
export interface Kept { question: number; text: string; code: string }
export const opinionsIn = (filled: Filled): Kept[] =>
  filled.texts.flatMap((text, question) => (text.trim() ? [{ question, text: text.trim(), code: draw() }] : []))

/** The values of a clause, in words. */
export const valuesOf = (values: readonly object[]): string[] => (values as Parameters<typeof valueWords>[0][]).map(valueWords)

/** As it goes out; `id` is drawn once, so that the same can be sent again. */
export const sent = (id: string, filled: Filled, opinions: Kept[]) => ({
  id,
  department: filled.department,
  post: filled.post,
  picks: filled.picks.map((some) => [...some].sort((a, b) => a - b)),
  statements: filled.statements.map((one) => one ?? 'pass'),
  opinions,
})

/** The address at which a code is followed; what stands behind the # reaches no server. */
export const followAt = (code: string): string => `${location.origin}/o#${code}`

/** Names of places that are counted together; -1 is what somebody left open. */
export const named = (of: readonly number[], names: readonly string[], open: string): string =>
  of.map((one) => (one < 0 ? open : (names[one] ?? String(one)))).join(t('survey.with'))

/** The three questions after the contract are frozen in both languages, "中文 / English": each reads them in his own. */
export function spoken(survey: Survey): Survey {
  if (survey.asked.about !== 'satisfaction') return survey
  const own = (text: string): string => text.split(' / ')[language() === 'zh' ? 0 : 1] ?? text
  const questions = survey.asked.questions.map((one) => ({ ...one, text: own(one.text), options: one.options?.map((each) => ({ ...each, text: own(each.text) })) }))
  return { ...survey, asked: { ...survey.asked, questions } }
}
