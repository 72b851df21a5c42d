import { ref } from 'vue'
import { Problem } from '@/api/problem'
import { said, t } from '@/texts/i18n'

/** One change asked for: busy, what is wrong with which field, what is wrong at all. */
export function useSave() {
  const busy = ref(false)
  const wrong = ref<string | null>(null)
  const fields = ref<Record<string, string>>({})

  async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    wrong.value = null
    fields.value = {}
    try {
      return await work()
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed
      fields.value = Object.fromEntries(failed.errors.map((one) => [one.at.split('/')[1] ?? '', said(one.message)]))
      if (failed.code !== 'step_up_needed') wrong.value = failed.code === 'offline' ? t('state.offline_says') : said(failed.detail) || t('state.failed_says')
      return null
    } finally {
      busy.value = false
    }
  }

  return { busy, wrong, fields, attempt }
}
