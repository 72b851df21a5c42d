import { onBeforeUnmount, onMounted, ref } from 'vue'
import { dropAll } from '@/forms/draft'
import { leaveBallots } from '@/offline/ballots'
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'

const END_S = 20
const IDLE_S = 120

/** A tablet that many vote at, one after the other: large, and whoever is done or went away is signed out by itself.
 * A ballot on its way is let go to its end. */
export function useKiosk(on: boolean, standing: () => { done: boolean; busy: boolean }, leave: (out: () => Promise<void>) => Promise<void>) {
  const session = useSession()
  const settings = useSettings()
  const left = ref<number | null>(null)
  let timer = 0
  let still = 0
  let going = false

  const touched = (): void => void (still = 0)

  async function now(): Promise<void> {
    if (going) return
    going = true
    await leave(async () => {
      if (session.me) await leaveBallots(session.me.person)
      dropAll()
      await session.leave()
    })
  }

  function tick(): void {
    const { done, busy } = standing()
    still = busy ? 0 : still + 1
    left.value = done ? (left.value ?? END_S + 1) - 1 : still > IDLE_S - END_S ? IDLE_S - still : null
    if (left.value !== null && left.value <= 0) void now()
  }

  onMounted(() => {
    if (!on) return
    document.documentElement.toggleAttribute('data-large', true)
    timer = window.setInterval(tick, 1_000)
    for (const one of ['pointerdown', 'keydown']) window.addEventListener(one, touched)
  })
  onBeforeUnmount(() => {
    if (!on) return
    settings.draw()
    window.clearInterval(timer)
    for (const one of ['pointerdown', 'keydown']) window.removeEventListener(one, touched)
  })

  return { left, now }
}
