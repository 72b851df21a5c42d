import { defineStore } from 'pinia'
import { ref } from 'vue'

const GRACE_MS = 5_000
const BACK_MS = 20_000

/** Whether the server answers. A loss is not said for five seconds; that it is over is said for twenty. */
export const useConnection = defineStore('connection', () => {
  const state = ref<'fine' | 'lost' | 'back'>('fine')
  const seconds = ref(0)
  let since = 0
  let timer = 0

  function lost(): void {
    if (since) return
    since = Date.now()
    timer = window.setTimeout(() => (state.value = 'lost'), GRACE_MS)
  }

  function back(): void {
    if (!since) return
    window.clearTimeout(timer)
    seconds.value = Math.round((Date.now() - since) / 1000)
    since = 0
    if (state.value !== 'lost') return
    state.value = 'back'
    timer = window.setTimeout(() => (state.value = 'fine'), BACK_MS)
  }

  const reached = (yes: boolean): void => (yes ? back() : lost())
  const dismiss = (): void => {
    state.value = 'fine'
  }

  return { state, seconds, reached, dismiss }
})
