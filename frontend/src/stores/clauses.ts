import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { ask } from '@/api/client'
import type { components } from '@/api/schema'
import { useCase } from '@/stores/case'
import { changeOf, type ClauseChange, type ClauseHistory, type Words, type WordingVersion } from '@/tools/clauses'

type S = components['schemas']

/** The clauses of the case that is open, each with all its wordings, kept as new as the case; and what two of them differ
 * in, as the server says. */
export const useClauses = defineStore('clauses', () => {
  const found = useCase()
  const rows = shallowRef<ClauseHistory[]>([])
  const of = ref('')
  const shown = new Map<string, ClauseChange>() // two wordings never change, nor does what they differ in
  let last = 0

  /** All histories anew; what is shown stays until they are here, or where there is no network. */
  async function load(): Promise<void> {
    const [id, mine] = [found.id, ++last]
    const document = await ask<S['ClausesDocument']>(`${found.base}/clauses`, undefined, undefined, 'GET').catch(() => null)
    if (!document || id !== found.id || mine !== last) return
    if (of.value !== id) shown.clear()
    of.value = id
    rows.value = [...document.rows]
    found.names = { ...found.names, ...document.names }
  }

  watch(
    () => found.id && found.state && Object.entries(found.state.clauses).map(([id, one]) => [found.id, id, one.text_hash, one.confirmed.length, one.reopening.length].join(' ')).join(),
    (stands) => void (stands && load()),
    { immediate: true },
  )

  const history = (clause: string): ClauseHistory | undefined => (of.value === found.id ? rows.value.find((one) => one.clause === clause) : undefined)
  const standing = computed(() => (of.value === found.id ? rows.value : []))

  async function between(clause: string, was: WordingVersion, now: WordingVersion): Promise<ClauseChange> {
    const key = `${was.id} ${now.id}`
    const kept = shown.get(key)
    if (kept) return kept
    const path = `${found.base}/clauses/redline?from=${was.seq}&to=${now.seq}&clause=${encodeURIComponent(clause)}`
    const said = await ask<S['RedlineDocument']>(path, undefined, undefined, 'GET').catch(() => null)
    const change = said?.rows[0]
    if (!change) return changeOf(clause, was as unknown as Words, now as unknown as Words)
    shown.set(key, change)
    return change
  }

  /** The text that stands now. A clause is called by its first wording: its words are not those of the last. */
  const prose = (clause: string): string | undefined => {
    const hash = found.state?.clauses[clause]?.text_hash
    return history(clause)?.versions.filter((one) => one.text_hash === hash).at(-1)?.prose ?? undefined
  }

  return { rows: standing, load, history, prose, between }
})
