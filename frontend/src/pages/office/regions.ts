import { ref } from 'vue'
import { ask } from '@/api/client'
import { language } from '@/texts/i18n'

interface Region { code: string; name_zh: string; name_en: string }
const regions = ref<Region[]>([])

/** The places of the district, by code. */
export function useRegions() {
  async function load(): Promise<void> {
    if (!regions.value.length) regions.value = (await ask<{ rows: Region[] }>('/api/v1/regions', undefined, undefined, 'GET')).rows
  }
  const nameOf = (code: string): string => {
    const found = regions.value.find((one) => one.code === code)
    return found ? (language() === 'zh' ? found.name_zh : found.name_en) : code
  }
  return { regions, load, nameOf }
}
