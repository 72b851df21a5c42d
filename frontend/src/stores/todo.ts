import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ask } from '@/api/client'
import type { Todo } from '@/api/documents'

/** What waits for me over all my cases; the API says what and by when. */
export const useTodo = defineStore('todo', () => {
  const found = ref<Todo | null>(null)
  const failed = ref<Error | null>(null)
  const count = computed(() => found.value?.rows.length ?? 0)

  async function load(): Promise<void> {
    try {
      found.value = await ask<Todo>('/api/v1/me/waiting', undefined, undefined, 'GET')
      failed.value = null
    } catch (wrong) {
      failed.value = wrong as Error
    }
  }

  /** The pages that follow, for the list of everything. */
  async function rest(): Promise<void> {
    while (found.value?.next) {
      const page = await ask<Todo>(`/api/v1/me/waiting?cursor=${encodeURIComponent(found.value.next)}`, undefined, undefined, 'GET')
      found.value = {
        ...page,
        rows: [...found.value.rows, ...page.rows],
        waiting: [...found.value.waiting, ...page.waiting],
        names: { ...found.value.names, ...page.names },
      }
    }
  }

  return { found, failed, count, load, rest }
})
