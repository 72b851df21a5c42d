import { ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ask } from '@/api/client'
import type { Problem } from '@/api/problem'

interface Rows<T> { rows: T[]; next: string | null }

/** A list by pages whose filters stand in the address, where they can be sent to somebody and come back with "back". */
export function useRows<T>(path: string, filters: readonly string[], also: () => Promise<unknown> = async () => undefined) {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const rows = ref<T[] | null>(null)
  const next = ref<string | null>(null)
  const failed = ref<Problem | null>(null)

  async function load(more = false): Promise<void> {
    failed.value = null
    const asked = new URLSearchParams({ limit: '50' })
    for (const key of filters) if (route.query[key]) asked.set(key, String(route.query[key]))
    if (more && next.value) asked.set('cursor', next.value)
    else rows.value = null
    try {
      const [page] = await Promise.all([ask<Rows<T>>(`${path}?${asked}`, undefined, undefined, 'GET'), also()])
      rows.value = (more ? [...(rows.value ?? []), ...page.rows] : page.rows) as never
      next.value = page.next
    } catch (wrong) {
      failed.value = wrong as Problem
    }
  }
  const narrow = (key: string, value: string): void => void router.replace({ query: { ...route.query, [key]: value || undefined } })
  const given = (key: string): string => String(route.query[key] ?? '')
  watch(() => route.query, () => route.name === own && load())
  return { rows, next, failed, load, narrow, given }
}

/** All pages of a list that is short. */
export async function allOf<T>(path: string): Promise<T[]> {
  const found: T[] = []
  let cursor: string | null = null
  do {
    const more: string = cursor ? `&cursor=${cursor}` : ''
    const page: Rows<T> = await ask<Rows<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=200${more}`, undefined, undefined, 'GET')
    found.push(...page.rows)
    cursor = page.next
  } while (cursor)
  return found
}
