import type { components } from '@/api/schema'

export type Usage = components['schemas']['UsageDocument']
export type UsedDay = components['schemas']['DayDocument']

/** The last so many days up to today, those without use among them, the oldest first. Days are those of China. */
export function filled(days: readonly UsedDay[], last: number, now: Date): UsedDay[] {
  const known = new Map(days.map((one) => [one.day, one]))
  const today = now.getTime() + 8 * 3_600_000
  return Array.from({ length: last }, (_, back) => new Date(today - (last - 1 - back) * 86_400_000).toISOString().slice(0, 10))
    .map((day) => known.get(day) ?? { day, requests: 0, errors: 0, limited: 0, told: 0, failed: 0 })
}

/** All days together. */
export const summed = (days: readonly UsedDay[], of: 'requests' | 'errors' | 'limited' | 'told' | 'failed'): number =>
  days.reduce((sum, one) => sum + one[of], 0)
