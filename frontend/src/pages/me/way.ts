import { ref } from 'vue'
import { Problem } from '@/api/problem'
import { said, t } from '@/texts/i18n'

/** Giving and confirming a way one is reached by: each attempt ends well, or in one sentence. `own`: what this way says
 * of a failure that is none elsewhere; nothing, where the page itself shows what to do. */
export function useWay(changed: () => void, own: (failed: Problem) => string | undefined = () => undefined) {
  const wrong = ref('')

  const sentence = (failed: Problem): string => {
    if (failed.code === 'step_up_needed') return '' // the sheet that asked for a proof was closed
    if (failed.errors[0]) return said(failed.errors[0].message)
    return failed.code === 'offline' ? t('state.offline_says') : said(failed.detail) || t('state.failed_says')
  }

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    wrong.value = ''
    try {
      await work()
      changed()
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed
      wrong.value = own(failed) ?? sentence(failed)
    }
  }

  return { wrong, attempt }
}
