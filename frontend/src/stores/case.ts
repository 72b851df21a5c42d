import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ask } from '@/api/client'
import type { CaseDocument, Deadlines, DraftDocument, NextDocument, Possible, Timeline, TimelineEntry } from '@/api/documents'
import { stateOf } from '@/forms/state'
import { useLaw } from '@/stores/law'

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
  let renewing: Promise<void> | null = null
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
    failed.value = null
    try {
      const [one, may, terms] = await Promise.all([
        get<CaseDocument>(base.value), get<NextDocument>(`${base.value}/next`), get<Deadlines>(`${base.value}/deadlines`),
      ])
      if (asked !== id.value) return
      document.value = one
      next.value = may
      deadlines.value = terms
      names.value = { ...names.value, ...one.names }
      void law.load(one.pack).catch(() => undefined)
    } catch (wrong) {
      if (!document.value) failed.value = wrong as Error // what is shown stays: it is what was last known
    }
  }

  /** As `refresh`, once for all who want it at the same time: others act while a reader goes from page to page. */
  async function renew(): Promise<void> {
    if (!id.value) return
    renewing ??= refresh().finally(() => (renewing = null))
    await renewing
  }

  async function loadDraft(): Promise<DraftDocument | null> {
    draft.value = await get<DraftDocument>(`${base.value}/draft`).catch(() => null)
    return draft.value
  }

  /** All events in streams I see, oldest first. */
  async function loadTimeline(): Promise<void> {
    const found: TimelineEntry[] = []
    let cursor = ''
    for (;;) {
      const page = await get<Timeline>(`${base.value}/timeline?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      found.push(...page.rows)
      names.value = { ...names.value, ...page.names }
      if (!page.more) break
      cursor = page.next
    }
    entries.value = found.sort((a, b) => a.at.localeCompare(b.at))
  }

  const possible = (command: string): Possible | undefined => next.value?.possible.find((one) => one.command === command)
  const name = (one: string | null | undefined): string => (one ? (names.value[one] ?? one) : '')

  return { id, document, next, deadlines, draft, entries, names, failed, state, today, base, open, refresh, renew, loadDraft, loadTimeline, possible, name }
})
