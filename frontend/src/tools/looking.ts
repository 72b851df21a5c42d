/** A look at something that changes while one looks. Whoever wants one while another is under way gets the next, for what is under way may have
 * been read before; all who want it meanwhile share that next one. */
export function looking(look: () => Promise<void>): () => Promise<void> {
  let now: Promise<void> | null = null
  let then: Promise<void> | null = null
  const begin = (): Promise<void> => (now = look().finally(() => (now = null)))
  return () => {
    if (!now) return begin()
    then ??= now.catch(() => undefined).then(() => {
      then = null
      return now ?? begin()
    })
    return then
  }
}
