import { t, word } from '@/texts/i18n'

/** Words for the page of parts, out of the catalogue like all others. */
const both = (text: string) => ({ zh: text, en: text })
export const STEP_WORDS = { term: both(word('timers.materials')), sentence: both(t('materials.owed', { n: 4 })), wayOut: both(word('commands.deliver_material')) }
