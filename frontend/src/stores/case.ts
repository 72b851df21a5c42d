import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ask } from '@/api/client'
import type { CaseDocument, Deadlines, DraftDocument, NextDocument, Possible, Timeline, TimelineEntry } from '@/api/documents'
import { stateOf } from '@/forms/state'
import { useLaw } from '@/stores/law'
import { looking } from '@/tools/looking'
import { ends } from '@/tools/seen'

const get = <T>(path: string): Promise<T> => ask<T>(path, undefined, undefined, 'GET')

/** The case that is open: one document, what may be asked, its terms; drafts and timeline when a page wants them. */
export const useCase = defineStore('case', () => {
  const id = ref('')
  const document = shallowRef<CaseDocument | null>(null)
  const next = shallowRef<NextDocument | null>(null)
  const deadlines = shallowRef<Deadlines | null>(null)
  const draft = shallowRef<DraftDocument | null>(null)
  const entries = shallowRef<TimelineEntry[]>([])
  const names = shallowRef<Record<string, string>>({})
  const failed = ref<Error | null>(null)
  let [begun, shown] = [0, 0] // an answer that was long on its way does not overwrite a later one
  const law = useLaw()

  const state = computed(() => (document.value ? stateOf(document.value) : null))
  const today = computed(() => document.value?.now.slice(0, 10) ?? '')
  const base = computed(() => `/api/v1/negotiations/${id.value}`)

  async function open(wanted: string): Promise<void> {
    if (wanted !== id.value) {
      id.value = wanted
      document.value = next.value = deadlines.value = draft.value = null
      entries.value = []
    }
    await refresh()
  }

  async function refresh(): Promise<void> {
    const asked = id.value
    const turn = ++begun
    failed.value = null
    try {
      const [one, may, terms] = await Promise.all([
        get<CaseDocument>(base.value), get<NextDocument>(`${base.value}/next`), get<Deadlines>(`${base.value}/deadlines`),
      ])
      if (asked !== id.value || turn < shown) return
      shown = turn
      document.value = one
      next.value = may
      deadlines.value = terms
      names.value = { ...names.value, ...one.names }
      void law.load(one.pack).catch(() => undefined)
    } catch (wrong) {
      if (!document.value) failed.value = wrong as Error // what is shown stays: it is what was last known
    }
  }

  /** As `refresh`, and never by an answer that was under way when it was asked for: others act all the time. */
  const again = looking(refresh)
  const renew = async (): Promise<void> => (id.value ? again() : undefined)

  async function loadDraft(): Promise<DraftDocument | null> {
    draft.value = await get<DraftDocument>(`${base.value}/draft`).catch(() => null)
    return draft.value
  }

  /** All events in streams I see, oldest first. */
  async function loadTimeline(): Promise<void> {
    const asked = id.value
    const found: TimelineEntry[] = []
    let cursor = ''
    for (;;) {
      const page = await get<Timeline>(`${base.value}/timeline?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      found.push(...page.rows)
      names.value = { ...names.value, ...page.names }
      if (!page.more) break
      cursor = page.next
    }
    if (asked !== id.value) return
    const last = ends(found)
    const since = entries.value.filter((one) => one.seq > (last[one.stream] ?? 0)) // what the room brought while this was on its way
    entries.value = [...found, ...since].sort((a, b) => a.at.localeCompare(b.at))
  }

  const possible = (command: string): Possible | undefined => next.value?.possible.find((one) => one.command === command)
  const name = (one: string | null | undefined): string => (one ? (names.value[one] ?? one) : '')

  return { id, document, next, deadlines, draft, entries, names, failed, state, today, base, open, refresh, renew, loadDraft, loadTimeline, possible, name }
})
