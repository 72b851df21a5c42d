import { language } from '@/texts/i18n'

export const number = (n: number): string => n.toLocaleString(language() === 'en' ? 'en' : 'zh-CN')

/** A share in whole percent; a dash where there is nothing to share, or the API does not say of what. */
export const share = (part: number | null, whole: number): string => (whole && part !== null ? `${Math.round((100 * part) / whole)}%` : '–')

/** A percentage of the API, which counts it: to so many decimals, or a dash where there is nothing to divide. */
export const ofPercent = (percent: string | null | undefined, decimals = 0): string =>
  percent === null || percent === undefined ? '–' : `${Number(percent).toFixed(decimals)}%`
