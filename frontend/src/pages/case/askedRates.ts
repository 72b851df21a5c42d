import { ref } from 'vue'
import { ask, Problem } from '@/api/client'
import type { components } from '@/api/schema'

export type AskedRates = NonNullable<components['schemas']['ScoreDocument']['rates']>

/** What the workers themselves said of the contract once its survey was closed; null before, and where nothing may be told. */
export function useAskedRates() {
  const rates = ref<AskedRates | null>(null)
  async function load(base: string): Promise<void> {
    try {
      rates.value = (await ask<components['schemas']['ScoreDocument']>(`${base}/score`, undefined, undefined, 'GET')).rates ?? null
    } catch (wrong) {
      if (!(wrong instanceof Problem)) throw wrong // without them the page says what was stated, as it did
    }
  }
  return { rates, load }
}
