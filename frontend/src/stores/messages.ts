import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask, got } from '@/api/client'
import type { Message } from '@/api/documents'

const SEEN = 'cloudnego.messages.seen'

/** Messages about what is one's own to do, and about one's account; which were seen is kept on the device. */
export const useMessages = defineStore('messages', () => {
  const rows = ref<Message[]>([])
  const seen = ref(read())
  const fresh = computed(() => rows.value.filter((one) => one.at > seen.value).length)

  function read(): string {
    try {
      return localStorage.getItem(SEEN) ?? ''
    } catch {
      return ''
    }
  }

  async function load(): Promise<void> {
    rows.value = (await got(api.GET('/api/v1/me/inbox', {}))).rows as Message[]
  }

  /** They are on the screen: of reminders the server counts it, and it does not matter if that gets lost. */
  function opened(): void {
    if (rows.value.some((one) => one.kind.endsWith('_reminder') || one.kind.startsWith('term_') || one.kind === 'congress_materials')) void ask('/api/v1/me/inbox/opened', undefined).catch(() => undefined)
  }

  function markSeen(): void {
    seen.value = rows.value.reduce((last, one) => (one.at > last ? one.at : last), seen.value)
    try {
      localStorage.setItem(SEEN, seen.value)
    } catch {
      // a browser that keeps nothing counts them again
    }
  }

  return { rows, fresh, load, opened, markSeen }
})
