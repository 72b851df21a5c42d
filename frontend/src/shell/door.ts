import { ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ask } from '@/api/client'
import type { Me } from '@/api/documents'
import { Problem } from '@/api/problem'
import { useSession } from '@/stores/session'
import { said, t } from '@/texts/i18n'

interface Opened {
  me: Me
  idle_s: number
}

/** Coming in: send, enter, go where one wanted to. A failure is one sentence and never says which part was wrong. */
export function useDoor() {
  const busy = ref(false)
  const wrong = ref<string | null>(null)
  const problem = ref<Problem | null>(null)
  const session = useSession()
  const route = useRoute()
  const router = useRouter()

  const target = (): string => {
    const then = String(route.query.then ?? '/')
    return then.startsWith('/') && !then.startsWith('//') ? then : '/'
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    wrong.value = null
    problem.value = null
    try {
      await work()
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed
      problem.value = failed
      wrong.value = failed.code === 'offline' ? t('state.offline_says') : said(failed.detail) || t('state.failed_says')
    } finally {
      busy.value = false
    }
  }

  /** A link may lead into one district of several: `?district=`. Without it the server takes its first. */
  const there = (): { district?: string } => (route.query.district ? { district: String(route.query.district) } : {})

  const enter = (path: string, body: unknown): Promise<void> =>
    attempt(async () => {
      const opened = await ask<Opened>(path, body)
      session.enter(opened.me, opened.idle_s)
      await onward()
    })

  /** Texts that wait to be accepted come first, then the page one came for. */
  async function onward(): Promise<void> {
    const waits = await ask<{ to_accept: unknown[] }>('/api/v1/me/accepted', undefined, undefined, 'GET').catch(() => null)
    if (waits?.to_accept.length) await router.replace({ name: 'accept', query: { then: target() } })
    else await router.replace(target())
  }

  return { busy, wrong, problem, attempt, enter, onward, target, there }
}
