import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ask } from '@/api/client'
import type { CaseDocument } from '@/api/documents'
import { stateOf } from '@/forms/state'
import { useCase } from '@/stores/case'

/** The open case as it stood at a moment. Nothing may be asked of it. */
export const usePast = defineStore('past', () => {
  const now = useCase()
  const document = shallowRef<CaseDocument | null>(null)
  const failed = ref<Error | null>(null)
  const busy = ref(false)
  let wanted = ''

  /** Only the moment asked for last is shown, whichever answer comes last. */
  async function look(at: string): Promise<void> {
    const path = `${now.base}?at=${encodeURIComponent(at)}`
    wanted = path
    busy.value = true
    failed.value = null
    try {
      const found = await ask<CaseDocument>(path, undefined, undefined, 'GET')
      if (wanted === path) document.value = found
    } catch (wrong) {
      if (wanted === path) failed.value = wrong as Error
    } finally {
      if (wanted === path) busy.value = false
    }
  }

  function leave(): void {
    wanted = ''
    document.value = failed.value = null
    busy.value = false
  }

  const id = computed(() => now.id)
  const state = computed(() => (document.value ? stateOf(document.value) : null))
  const today = computed(() => now.today)
  const name = (one: string | null | undefined): string => (one ? (document.value?.names[one] ?? now.name(one)) : '')

  return { id, document, state, today, failed, busy, look, leave, name }
})
