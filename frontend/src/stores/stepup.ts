import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { Means } from '@/api/problem'

/** One question at a time: "show that it is you". Whoever asks waits for the answer. */
export const useStepUp = defineStore('stepup', () => {
  const means = ref<Means[] | null>(null)
  /** When the last proof was shown, by this device's clock, which may be wrong. */
  const shown = ref(0)
  const settle = shallowRef<((proved: boolean) => void) | null>(null)

  function prove(some: Means[]): Promise<boolean> {
    settle.value?.(false)
    means.value = some
    return new Promise((resolve) => {
      settle.value = resolve
    })
  }

  function done(proved: boolean): void {
    means.value = null
    if (proved) shown.value = Date.now()
    settle.value?.(proved)
    settle.value = null
  }

  return { means, shown, prove, done }
})
