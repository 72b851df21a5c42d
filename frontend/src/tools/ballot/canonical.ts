import { digest, hex, utf8 } from './bytes.ts'

/** RFC 8785 of what the log holds: objects whose keys are sorted, no fractions. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('no whole number')
    return JSON.stringify(value)
  }
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`
}

export const hashOf = async (value: unknown): Promise<string> => hex(await digest('SHA-256', utf8(canonical(value))))
