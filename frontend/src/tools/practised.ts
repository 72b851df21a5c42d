import type { Side } from '@/api/documents'

export interface Practised {
  seat: string
  side?: Side
}

/** What a person does first, of several seats. */
const FIRST = ['chief', 'representative', 'recorder', 'scrutineer', 'legal_representative', 'union', 'hr', 'town_union', 'district_union', 'authority', 'employers_body', 'worker']
const OF_A_SIDE = new Set(['chief', 'representative'])

/** The seat to practise; null for whoever has none that is practised. */
export function seatOf(seats: readonly string[], side: Side | null): Practised | null {
  const seat = FIRST.find((one) => seats.includes(one))
  if (!seat) return null
  return OF_A_SIDE.has(seat) && side ? { seat, side } : { seat }
}
