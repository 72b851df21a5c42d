import type { CaseDocument, Side } from '@/api/documents'

const SIDES = ['worker', 'employer'] as const

/** The sides whose own talks one sees: of one's own bench, or, called in for a time, of either side or both. */
export const insides = (one: CaseDocument | null): Side[] => SIDES.filter((side) => one?.me.streams.includes(side))

/** Until when one is called into the own talks of a side, in seconds since 1970; null where one is no guest there. */
export function calledUntil(one: CaseDocument | null, side: string): number | null {
  const caucus = one?.called_into[side] as { called?: Record<string, number> } | undefined
  return one && caucus ? (caucus.called?.[one.me.person] ?? null) : null
}

/** Whether one is a guest of somebody's own talks, and names whose whenever one speaks there. */
export const isGuest = (one: CaseDocument | null): boolean => Object.keys(one?.called_into ?? {}).length > 0

/** Who is called into the own talks of a side now, and until when, in seconds since 1970: they read there as well. */
export function guests(one: CaseDocument | null, side: string): [person: string, until: number][] {
  if (!one) return []
  const caucus = (one.called_into[side] ?? (one.me.side === side ? one.caucus : null)) as { called?: Record<string, number> } | null
  const now = Date.parse(one.now) / 1000
  return Object.entries(caucus?.called ?? {}).filter(([, until]) => until > now)
}
