import type { PollDocument } from '@/pages/poll/useBallot'
import { t } from '@/texts/i18n'

const WORDS = new Set(['yes', 'no', 'abstain', 'none'])

/** What a code of the ballot is called: a candidate by name, everything else by its word. */
export function labelOf(poll: PollDocument, code: string): string {
  const name = poll.choices.find((one) => one.code === code)?.name
  return name ?? (WORDS.has(code) ? t(`poll.choices.${code}`) : code)
}
