import { language, t } from '@/texts/i18n'

/** Days as `YYYY-MM-DD`, said as people write them. Nothing here counts working days: the API does. */

const WEEK_ZH = '日一二三四五六'
const WEEK_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTH_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const NBSP = '\u00a0'
const JOINED = '\u2060' // no line ends within a date

const utc = (day: string): Date => new Date(`${day.slice(0, 10)}T00:00:00Z`)

/** `3月20日`, with the year if it is not this one. */
export function dayWords(day: string, today?: string): string {
  const [year, month, date] = day.slice(0, 10).split('-').map(Number) as [number, number, number]
  const other = today !== undefined && year !== Number(today.slice(0, 4))
  if (language() === 'en') return `${date}${NBSP}${MONTH_EN[month - 1]}${other ? `${NBSP}${year}` : ''}`
  return [...(other ? [year, '年'] : []), month, '月', date, '日'].join(JOINED)
}

/** A sentence of the service in which no line ends within a date. */
export const datesWhole = (sentence: string): string =>
  sentence.replace(/(\d{4}年)?\d{1,2}月\d{1,2}日/g, (date) => date.replace(/(?=[年月日])|(?<=[年月])/g, JOINED))

/** `周五`. */
export const weekday = (day: string): string =>
  language() === 'en' ? (WEEK_EN[utc(day).getUTCDay()] ?? '') : `周${WEEK_ZH[utc(day).getUTCDay()]}`

/** `3月20日 周五`, `Fri 20 Mar`. */
export const dayAndWeekday = (day: string, today?: string): string =>
  language() === 'en' ? `${weekday(day)} ${dayWords(day, today)}` : `${dayWords(day, today)} ${weekday(day)}`

/** How many days later `to` is than `from`. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000)

/** `14:00` of an instant at +08:00. */
export const clock = (instant: string): string => instant.slice(11, 16)

/** `3月17日 10:23`. */
export const moment = (instant: string, today?: string): string => `${dayWords(instant, today)} ${clock(instant)}`

/** An instant of this device's clock, at +08:00. */
export const ofClock = (at: number): string => new Date(at + 8 * 3_600_000).toISOString()

export const shifted = (day: string, days: number): string =>
  new Date(utc(day).getTime() + days * 86_400_000).toISOString().slice(0, 10)

/** `从 3月18日 到 3月31日`. */
export const span = (from: string, to: string): string => t('days.span', { from: dayWords(from), to: dayWords(to) })
