/** Keep the application itself on this device, where the browser can; without it everything works with a network. */
export function workOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // after what one came for: it fetches the other pages
  const later = window.requestIdleCallback ?? ((work: () => void) => window.setTimeout(work, 2_000))
  later(() => void navigator.serviceWorker.register('/sw.js').catch(() => undefined))
}
