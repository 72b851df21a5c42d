import { ref } from 'vue'
import { Problem } from '@/api/problem'
import { said, t } from '@/texts/i18n'

/** One change asked for: busy, what is wrong with which field, what is wrong at all. A field is named by its JSON pointer with
 * points (`headcount.0.total`), and what is wrong within one counts for the whole of it, too. `at`: the field that a refusal is about. */
export function useSave(at: Readonly<Record<string, string>> = {}) {
  const busy = ref(false)
  const wrong = ref<string | null>(null)
  const fields = ref<Record<string, string>>({})
  const code = ref<string | null>(null)

  async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    clear()
    try {
      return await work()
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed
      const named = failed.errors.flatMap((one) => {
        const parts = one.at.split('/').slice(1)
        return [parts[0] ?? '', parts.join('.')].map((name) => [name, said(one.message)] as const)
      })
      fields.value = Object.fromEntries(named)
      code.value = failed.code
      if (at[failed.code]) fields.value[at[failed.code]!] = said(failed.detail)
      if (failed.code !== 'step_up_needed') wrong.value = failed.code === 'offline' ? t('state.offline_says') : said(failed.detail) || t('state.failed_says')
      return null
    } finally {
      busy.value = false
    }
  }
  function clear(): void {
    wrong.value = null
    fields.value = {}
    code.value = null
  }

  return { busy, wrong, fields, code, attempt, clear }
}
