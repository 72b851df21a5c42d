import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { ask } from '@/api/client'
import type { components } from '@/api/schema'
import { findBallot } from '@/offline/ballots'
import { useSession } from '@/stores/session'

type S = components['schemas']
export type Vote = S['MyPoll']

/** Votes that run and on whose roll one stands: those that wait for a ballot, and those whose ballot still lies on this device. */
export const useVotes = defineStore('votes', () => {
  const session = useSession()
  const names = shallowRef<Record<string, string>>({})
  const rows = shallowRef<(Vote & { unfinished: boolean })[]>([])

  async function load(): Promise<void> {
    const found = await ask<S['MyPolls']>('/api/v1/me/polls', undefined, undefined, 'GET').catch(() => null)
    const person = session.me?.person
    if (!found || !person) return
    names.value = found.names
    rows.value = await Promise.all(
      found.rows.map(async (one) => {
        const kept = one.mine === 'paper' ? null : await findBallot(person, one.poll)
        return { ...one, unfinished: kept !== null && kept.receipt === null }
      }),
    )
  }

  const waiting = computed(() => rows.value.filter((one) => one.mine === 'open' || one.unfinished))
  return { rows, names, waiting, load }
})
