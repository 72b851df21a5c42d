import type { components } from '@/api/schema'
import type { Head } from '@/stores/law'
import { fenOf } from '@/tools/money'
import { i18n, language, said, t, type Language } from '@/texts/i18n'

type Body = components['schemas']['SurveyBody']
export type Asked = components['schemas']['SurveyQuestionBody']

/** A question as it lies in the workshop: taken or not, its words, and for one of one's own what there is to choose.
 * `menu`, `chinese`: how the menu puts it, here and in Chinese, by which it is known that it was asked. */
export interface Draft { on: boolean; own: boolean; kind: Asked['kind']; text: string; head: string | null; options: string; menu: string; chinese: string }

export const LINES = /\r?\n/
export const lines = (text: string): string[] => text.split(LINES).map((one) => one.trim()).filter(Boolean)
/** Bands of a raise in yuan a month. */
const EDGES = ['100', '300', '500', '1000'].map((one) => fenOf(one)!)

/** A head in workers' words, where somebody wrote them; else as the law calls it. */
export const plainly = (head: Head): string => (i18n.global.te(`survey.words.${head.code}`) ? t(`survey.words.${head.code}`) : said(head.name))

/** The menu: what to begin with, one question for each statutory head, and room for what nobody thought of. */
export function menu(heads: readonly Head[]): Draft[] {
  const of = (kind: Asked['kind'], key: string, head: Head | null, on: boolean): Draft => {
    const known = i18n.global.te(`survey.menu.${key}`) ? key : 'other'
    const put = (locale: Language): string => i18n.global.t(`survey.menu.${known}`, { head: head?.name[locale] ?? '' }, { locale })
    return { on, own: false, kind, text: put(language()), head: head?.code ?? null, options: '', menu: put(language()), chinese: put('zh') }
  }
  return [
    of('several', 'first', null, true),
    ...heads.map((one) => of(one.code === 'T3' ? 'amount' : 'scale', one.code, one, ['T3', 'T5'].includes(one.code))),
    of('text', 'last', null, true),
  ]
}

/** As it is sent. */
export function question(one: Draft, heads: readonly Head[]): Asked {
  const base = { text: one.text.trim(), head: one.head, options: [], most: null, edges: [] }
  if (one.own) {
    const options = lines(one.options).map((text) => ({ text, head: null }))
    return options.length ? { ...base, kind: one.kind, options } : { ...base, kind: 'text' }
  }
  if (one.kind === 'several') return { ...base, kind: 'several', most: Math.min(3, heads.length), options: heads.map((head) => ({ text: plainly(head).slice(0, 80), head: head.code })) }
  return { ...base, kind: one.kind, edges: one.kind === 'amount' ? EDGES : [] }
}

export const body = (title: string, closes: string, drafts: readonly Draft[], rest: { statements: string; departments: string; posts: string }, heads: readonly Head[]): Body => ({
  about: 'opinions',
  title: title.trim(),
  closes_at: closes,
  questions: drafts.filter((one) => one.on && one.text.trim()).map((one) => question(one, heads)),
  statements: lines(rest.statements),
  departments: lines(rest.departments),
  posts: lines(rest.posts),
})
