import { computed, inject, provide, ref, type ComputedRef, type InjectionKey } from 'vue'
import { ask, Problem } from '@/api/client'
import type { Results, Survey, Surveys } from '@/pages/survey/survey'

/** What a closed survey lets be told of what people want talked of, head by head, the one named most first. */
export interface Demands {
  survey: Survey
  results: Results
}
type Times = ComputedRef<ReadonlyMap<string, number>>
const TIMES: InjectionKey<Times> = Symbol('times a head was chosen')

/** The closed surveys of a case that named heads, the last one first; none for whoever does not organise them. Each stands
 * by itself: who answered two of them would count twice in a sum. */
export function useDemands() {
  const all = ref<Demands[]>([])
  const times: Times = computed(() => new Map(all.value[0]?.results.ranked.map((one) => [one.head, one.chosen]) ?? []))
  provide(TIMES, times)
  async function load(base: string): Promise<void> {
    try {
      const { rows } = await ask<Surveys>(`${base}/surveys`, undefined, undefined, 'GET')
      const told = rows.filter((one) => one.organises && !one.open)
      const found = await Promise.all(told.map(async (survey) => ({ survey, results: await ask<Results>(`${base}/surveys/${survey.id}/results`, undefined, undefined, 'GET') })))
      all.value = found.filter((one) => one.results.ranked.length)
    } catch (wrong) {
      if (!(wrong instanceof Problem)) throw wrong // without them the sheet is drafted as before
    }
  }
  return { all, load }
}

/** How often a head was chosen in the last survey, where a sheet is drafted beside one. */
export const useTimes = (): Times | null => inject(TIMES, null)
