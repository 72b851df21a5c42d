import { language } from '@/texts/i18n'

/** Money travels as whole fen and is typed as yuan; rates travel as decimal strings. No float touches either. */

const YUAN = /^(\d{1,13})(?:\.(\d{1,2}))?$/
const RATE = /^\d{1,6}(?:\.\d{1,4})?$/

/** `2,860.5` → 286050; null where it is no amount. */
export function fenOf(typed: string): number | null {
  const found = YUAN.exec(typed.replace(/[,，\s元]/g, ''))
  if (!found) return null
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/** 286050 → `2860.5`: what stands in a field. */
export function yuanOf(fen: number): string {
  const whole = Math.floor(fen / 100)
  const rest = fen % 100
  if (rest === 0) return String(whole)
  return `${whole}.${String(rest).padStart(2, '0').replace(/0$/, '')}`
}

/** 286050 → `2,860.50 元`: to the fen, or without any. */
export function money(fen: number, unit = language() === 'en' ? 'yuan' : '元'): string {
  const [whole, rest] = yuanOf(fen).split('.')
  const grouped = (whole ?? '0').replace(/\B(?=(\d{3})+$)/g, ',')
  return `${grouped}${rest ? `.${rest.padEnd(2, '0')}` : ''}${unit ? ` ${unit}` : ''}`
}

/** `5.50 %` → `5.5`; null where it is no rate. */
export function rateOf(typed: string): string | null {
  const bare = typed.replace(/[%％\s]/g, '')
  return RATE.test(bare) ? trimmed(bare) : null
}

/** `04.50` → `4.5`. */
export function trimmed(rate: string): string {
  const [whole, rest] = rate.split('.')
  const end = (rest ?? '').replace(/0+$/, '')
  const begin = (whole ?? '').replace(/^0+(?=\d)/, '')
  return end ? `${begin}.${end}` : begin
}

/** Units of 0.0001, exact. */
export const tenThousandths = (rate: string): bigint => {
  const [whole, rest] = rate.replace(/^-/, '').split('.')
  const found = BigInt(whole || '0') * 10_000n + BigInt((rest ?? '').padEnd(4, '0').slice(0, 4) || '0')
  return rate.startsWith('-') ? -found : found
}

/** The distance of two rates as a decimal string, exact: 6 and 4.05 → `1.95`. */
export function distance(one: string, other: string): string {
  const apart = tenThousandths(one) - tenThousandths(other)
  const size = apart < 0n ? -apart : apart
  return trimmed(`${size / 10_000n}.${String(size % 10_000n).padStart(4, '0')}`)
}

/** A large sum as each language says it: `17.5` ten thousands, or whole yuan. */
export const sum = (fen: number): { wan: string; yuan: string } => ({ wan: yuanOf(Math.round(fen / 10_000)), yuan: money(Math.round(fen / 100) * 100, '') })
