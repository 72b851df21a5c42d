import { defineStore } from 'pinia'
import { ref } from 'vue'

const GRACE_MS = 5_000
const BACK_MS = 20_000
const LOOK_MS = 5_000
const SOON_MS = [0, 700, 2_000] // a device says that it is online before it is

/** Whether the server answers. A loss is not said for five seconds; that it is over is said for twenty. What is shown
 * from this device's own store is called so at once. */
export const useConnection = defineStore('connection', () => {
  const state = ref<'fine' | 'lost' | 'back'>('fine')
  const seconds = ref(0)
  /** The last request was not answered. */
  const away = ref(false)
  /** From when the oldest content on the screen is, where it came from this device. */
  const shownAt = ref<number | null>(null)
  /** The address of a page that was asked for and does not lie on this device. */
  const absent = ref<string | null>(null)
  /** Counts how often what is shown became old and a network came back. */
  const news = ref(0)
  let since = 0
  let timer = 0
  let looks = 0

  function lost(): void {
    if (since) return
    since = Date.now()
    away.value = true
    timer = window.setTimeout(() => (state.value = 'lost'), GRACE_MS)
    looks = window.setInterval(() => void look(), LOOK_MS)
  }

  function back(): void {
    if (!since) return
    window.clearTimeout(timer)
    window.clearInterval(looks)
    seconds.value = Math.round((Date.now() - since) / 1000)
    since = 0
    away.value = false
    if (shownAt.value) news.value++
    if (state.value !== 'lost' && !shownAt.value) return
    state.value = 'back'
    timer = window.setTimeout(() => (state.value = 'fine'), BACK_MS)
  }

  /** Whether somebody is there, asked without a person's name. */
  async function look(): Promise<void> {
    if (!since) return
    const answer = await fetch('/healthz', { cache: 'no-store' }).catch(() => null)
    if (!answer) return
    back()
    await answer.text().catch(() => '') // an answer that nobody reads stays open until the page is left
  }
  window.addEventListener('online', () => SOON_MS.forEach((wait) => window.setTimeout(look, wait)))

  const reached = (yes: boolean): void => (yes ? back() : lost())
  const shown = (at: number): void => {
    shownAt.value = Math.min(at, shownAt.value ?? at)
  }
  const renewed = (): void => {
    shownAt.value = null
  }
  const dismiss = (): void => {
    state.value = 'fine'
  }

  return { state, seconds, away, shownAt, absent, news, reached, shown, renewed, dismiss }
})
