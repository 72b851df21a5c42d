import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, got } from '@/api/client'
import type { Message } from '@/api/documents'

const SEEN = 'cloudnego.messages.seen'

/** Messages about one's account; which were seen is kept on the device. */
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

  function markSeen(): void {
    seen.value = rows.value.reduce((last, one) => (one.at > last ? one.at : last), seen.value)
    try {
      localStorage.setItem(SEEN, seen.value)
    } catch {
      // a browser that keeps nothing counts them again
    }
  }

  return { rows, fresh, load, markSeen }
})
