import { tenThousandths } from './money'
import type { WageTable } from './history'

/** What a raise in percent makes of an amount in fen, to the nearest fen. Exact: no float touches money. */
export function raised(fen: number, rate: string): number {
  const whole = BigInt(fen) * (1_000_000n + tenThousandths(rate))
  return Number((whole + 500_000n) / 1_000_000n)
}

/** What a table pays a month in all, in fen; with a rate: after it. */
export const monthly = (table: WageTable, rate = '0'): number =>
  table.groups.reduce((sum, one) => sum + one.headcount * raised(one.average_fen, rate), 0)

export const heads = (table: WageTable): number => table.groups.reduce((sum, one) => sum + one.headcount, 0)

/** What two raises are apart a month in all, in fen; null where one is not named. */
export const monthlyApart = (table: WageTable, one: string | null, other: string | null): number | null =>
  one === null || other === null ? null : Math.abs(monthly(table, one) - monthly(table, other))
