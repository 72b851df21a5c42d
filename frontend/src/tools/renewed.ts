import { onMounted, onUnmounted } from 'vue'

const EVERY_MS = 60_000

/** Look again when the page comes back into sight, and once a minute while it is seen: others act meanwhile. */
export function useRenewed(look: () => unknown): void {
  let timer: ReturnType<typeof setInterval>
  const again = (): void => {
    if (!document.hidden) look()
  }
  onMounted(() => {
    timer = setInterval(again, EVERY_MS)
    document.addEventListener('visibilitychange', again)
  })
  onUnmounted(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', again)
  })
}
