import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { dropAll } from '@/forms/draft'
import { leaveBallots } from '@/offline/ballots'
import { leaveHeads } from '@/offline/heads'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'

/** Signing out leaves nothing of one on this device; what was not sent is spoken of first. */
export const useLeaving = defineStore('leaving', () => {
  const session = useSession()
  const outbox = useOutbox()
  const router = useRouter()
  const asking = ref(false)

  async function out(): Promise<void> {
    if (outbox.open.length && !asking.value) {
      asking.value = true
      return
    }
    asking.value = false
    await outbox.dropAll()
    dropAll()
    if (session.me) await Promise.all([leaveBallots(session.me.person), leaveHeads(session.me.person)])
    await session.leave()
    await router.replace({ name: 'signin' })
  }

  return { asking, out }
})
