import { reactive } from 'vue'
import { ask } from '@/api/client'
import { Problem } from '@/api/problem'

const known = reactive<Record<string, string>>({})
const asked = new Set<string>()

/** Names of enterprises and organisations that a list names by their ids alone; each is asked for once. */
export function useNames() {
  async function learn(ids: Iterable<string>): Promise<void> {
    const wanted = [...new Set(ids)].filter((one) => one && !asked.has(one))
    for (const one of wanted) asked.add(one)
    await Promise.all(wanted.map(async (one) => {
      try {
        known[one] = (await ask<{ name: string }>(`/api/v1/organisations/${encodeURIComponent(one)}`, undefined, undefined, 'GET')).name
      } catch (wrong) {
        asked.delete(one)
        if (!(wrong instanceof Problem)) throw wrong
      }
    }))
  }
  const nameOf = (id: string): string => known[id] ?? id
  return { learn, nameOf }
}
