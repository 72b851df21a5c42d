/** When the wall's figures are old: it asks every minute, and after three without an answer it says so. */
export const EVERY_MS = 60_000
export const STALE_MS = 3 * EVERY_MS

export const isStale = (fetched: number | null, now: number): boolean => fetched !== null && now - fetched > STALE_MS

const two = (n: number): string => String(n).padStart(2, '0')

/** `09:30`, or `09:30:12`, by the clock of the machine that hangs there. */
export function wallClock(now: number, seconds = false): string {
  const at = new Date(now)
  return [at.getHours(), at.getMinutes(), ...(seconds ? [at.getSeconds()] : [])].map(two).join(':')
}

/** How much the board of 1920 by 1080 is made larger or smaller, as one piece. */
export const scaleOf = (width: number, height: number): number => Math.min(width / 1920, height / 1080)
