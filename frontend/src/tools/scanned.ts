/** The code behind the `#` of a scanned link. It is taken out of the address at once, so that it gets into no history, and
 * outlives the way to the sign-in page in this window alone. */
const kept = new Map<string, string>()

export function scanned(id: string): string | null {
  const code = location.hash.slice(1)
  if (code) {
    kept.set(id, code)
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return kept.get(id) ?? null
}

/** It was used, or is good no more. */
export const forget = (id: string): void => void kept.delete(id)
