import { shallowRef, watch } from 'vue'
import type { Step } from '@/api/documents'
import { language } from '@/texts/i18n'

/** How each step goes and what the words mean: long texts, fetched when somebody opens one. */
const FILES = { zh: () => import('@/generated/guide.zh.json'), en: () => import('@/generated/guide.en.json') }
const NONE: Record<string, string> = {}
const texts = shallowRef(NONE)

export async function loadGuide(): Promise<void> {
  texts.value = (await FILES[language()]()).default
}

watch(language, () => { if (texts.value !== NONE) void loadGuide().catch(() => undefined) })

export const guide = (key: string): string => texts.value[key] ?? ''

/** What usually goes wrong in a step: as many as were written. */
export const wrongs = (step: Step): string[] => Array.from({ length: 9 }, (_, at) => guide(`guide.${step}.wrong_${at + 1}`)).filter(Boolean)

export const terms = (): string[] => Object.keys(texts.value).flatMap((key) => /^glossary\.(\w+)\.term$/.exec(key)?.[1] ?? [])

/** Which act a step's sample is for, and which words belong to a page. Order only; whether it may be asked the API says. */
export const SAMPLE_FOR: Record<Step, string> = {
  representatives: 'propose_candidates', topics: 'draft_topic_sheet', offer: 'send_offer', reply: 'reply', preparation: 'request_materials',
  meeting: 'put_clause', congress: 'convene_congress', filing: 'file_contract', performance: 'publish_performance',
}
/** Acts whose form can begin with the sample, and the field it goes to. */
export const SAMPLE_INTO: Record<string, { step: Step; field: string }> = { put_clause: { step: 'meeting', field: 'prose' } }
export const TERMS_OF: Record<Step, readonly string[]> = {
  representatives: ['representative', 'chief', 'scrutineer', 'front_line', 'publicity'],
  topics: ['consultation', 'caucus', 'piece_rate', 'quota', 'dispatched'],
  offer: ['offer', 'service', 'e_service', 'wage_year', 'working_day'],
  reply: ['reply', 'service', 'working_day'],
  preparation: ['recorder', 'labour_cost', 'total_wages', 'guideline', 'minimum'],
  meeting: ['table', 'caucus', 'suspension', 'guidance', 'coordination', 'hash'],
  congress: ['congress', 'scrutineer', 'hash'],
  filing: ['filing', 'contract', 'publication'],
  performance: ['publication', 'contract', 'record'],
}
