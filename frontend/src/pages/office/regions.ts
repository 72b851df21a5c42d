import { computed, ref } from 'vue'
import { ask } from '@/api/client'
import { useSession } from '@/stores/session'
import { language } from '@/texts/i18n'

interface Region { code: string; name_zh: string; name_en: string }
const regions = ref<Region[]>([])
let of = ''

/** The places of the district, by code. */
export function useRegions() {
  const session = useSession()
  async function load(): Promise<void> {
    const district = session.me?.district.id ?? ''
    if (regions.value.length && of === district) return
    regions.value = (await ask<{ rows: Region[] }>('/api/v1/regions', undefined, undefined, 'GET')).rows
    of = district
  }
  const nameOf = (code: string): string => {
    const found = regions.value.find((one) => one.code === code)
    return found ? (language() === 'zh' ? found.name_zh : found.name_en) : code
  }
  const choices = computed(() => regions.value.map((one) => ({ id: one.code, name: nameOf(one.code) })))
  /** The places that one's offices of the unions reach: nothing is entered elsewhere. */
  const kept = computed(() => {
    const own = (session.me?.memberships ?? []).filter((one) => one.in_force && ['district_union', 'town_union'].includes(one.office)).map((one) => one.region)
    return choices.value.filter((one) => own.some((region) => one.id.startsWith(region)))
  })
  return { regions, load, nameOf, choices, kept }
}
