import { createI18n } from 'vue-i18n'
import { shallowRef } from 'vue'
import type { Said } from '@/api/problem'
import zh from './ui.zh.json'
import zhWords from '@/generated/words.zh.json'

export type Language = 'zh' | 'en'
const KEPT = 'cloudnego.language'

/** Chinese comes with the page; English is fetched by who reads it. */
export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh } as Record<string, typeof zh> })

const words = shallowRef<Record<string, string>>(zhWords)

export const language = (): Language => i18n.global.locale.value as Language

export async function speak(chosen: Language): Promise<void> {
  if (chosen === 'en') {
    const [ui, en] = await Promise.all([import('./ui.en.json'), import('@/generated/words.en.json')])
    i18n.global.setLocaleMessage('en', ui.default)
    words.value = en.default
  } else {
    words.value = zhWords
  }
  i18n.global.locale.value = chosen
  document.documentElement.lang = chosen === 'en' ? 'en' : 'zh-CN'
  document.title = i18n.global.t('app.name')
  try {
    localStorage.setItem(KEPT, chosen)
  } catch {
    // a browser that keeps nothing: the choice holds until the page closes
  }
}

export function keptLanguage(): Language {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

/** A text of the interface. */
export const t = (key: string, facts: Record<string, unknown> = {}): string => i18n.global.t(key, facts)

/** A word of the catalogue (`commands.send_offer`), or null where it has none. */
export const wordOf = (key: string): string | null => words.value[key] ?? null

/** A word of the catalogue, filled in; a word nobody wrote shows its code. */
export function word(key: string, facts: Record<string, unknown> = {}): string {
  const found = wordOf(key) ?? key.slice(key.lastIndexOf('.') + 1)
  return found.replace(/\{([a-z_0-9]+)\}/g, (whole, name: string) => String(facts[name] ?? whole))
}

/** What the API says in both languages, in the reader's. */
export const said = (text: Said | null | undefined): string => (text ? text[language()] : '')
