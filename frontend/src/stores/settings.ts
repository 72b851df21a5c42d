import { defineStore } from 'pinia'
import { ref } from 'vue'
import { keptLanguage, speak, type Language } from '@/texts/i18n'

const LARGE = 'cloudnego.large'

const keep = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value)
  } catch {
    // a browser that keeps nothing: the choice holds until the page closes
  }
}

const kept = (key: string): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** How this person reads: large type and language, kept on the device. */
export const useSettings = defineStore('settings', () => {
  const large = ref(kept(LARGE) === '1')
  const language = ref<Language>(keptLanguage())

  function draw(): void {
    document.documentElement.toggleAttribute('data-large', large.value)
  }

  function toggleLarge(): void {
    large.value = !large.value
    keep(LARGE, large.value ? '1' : '0')
    draw()
  }

  async function say(chosen: Language): Promise<void> {
    await speak(chosen)
    language.value = chosen
  }

  return { large, language, draw, toggleLarge, say }
})
