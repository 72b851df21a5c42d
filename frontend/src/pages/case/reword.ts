import { computed, watch, type Ref, type UnwrapNestedRefs } from 'vue'
import { newKey } from '@/api/client'
import { compile, type Raw } from '@/forms/compile'
import type { ClauseRow } from '@/forms/state'
import type { useAct } from '@/forms/useAct'
import { useCase } from '@/stores/case'
import { useClauses } from '@/stores/clauses'
import { valueChanges, type Words } from '@/tools/clauses'
import { yuanOf } from '@/tools/money'

type Act = UnwrapNestedRefs<ReturnType<typeof useAct>>
type Value = ClauseRow['values'][number]

/** A typed value as it stands in a form. */
const typed = (one: Value): Raw => (one.kind === 'fen' ? { ...one, fen: yuanOf(one.fen) } : one.kind === 'count' ? { ...one, count: String(one.count) } : { ...one })

/** One that is still being typed has its kind and not yet what it says. */
const whole = (one: Value): boolean => !!one.name && (one as unknown as Record<string, unknown>)[one.kind] !== undefined

/** A clause written anew: it begins with the wording that stands, and is sent over that one and no other. Which one that was is
 * kept with what was typed; if another stands there by now, both are shown. */
export function useRewording(act: Ref<Act | null>, command: Ref<string>) {
  const found = useCase()
  const clauses = useClauses()
  const raw = computed(() => act.value?.draft.raw ?? {})
  const on = computed(() => (command.value === 'put_clause' ? String(raw.value.clause ?? '') : ''))
  const history = computed(() => (on.value ? clauses.history(on.value) : undefined))
  const stands = computed(() => (on.value ? found.state?.clauses[on.value] : undefined))
  const theirs = computed(() => history.value?.versions.filter((one) => one.text_hash === stands.value?.text_hash).at(-1))
  const seen = computed(() => history.value?.versions.filter((one) => one.text_hash === raw.value.over).at(-1))
  const mine = computed((): Words => {
    const { body } = compile(act.value?.fields ?? [], raw.value)
    return { head: String(body.head ?? ''), values: ((body.values ?? []) as Value[]).filter(whole), prose: String(body.prose ?? '') }
  })
  const collides = computed(() => !!stands.value && !!theirs.value && !!raw.value.over && raw.value.over !== stands.value.text_hash)
  /** Whether anything was written that the one who stands there does not say. */
  const wrote = computed(() => !!theirs.value && (mine.value.prose !== theirs.value.prose || valueChanges((theirs.value as unknown as Words).values, mine.value.values).some((one) => one.how !== 'same')))

  /** Picked: begun with what stands there, unless something was typed. */
  function begin(): void {
    if (!on.value || !stands.value || !theirs.value || !act.value) return
    if (!raw.value.over) act.value.draft.raw.over = stands.value.text_hash
    if (raw.value.prose || (raw.value.values as unknown[] | undefined)?.length) return
    Object.assign(act.value.draft.raw, { head: theirs.value.head, prose: theirs.value.prose ?? '', values: (theirs.value.values as unknown as Value[]).map(typed) })
  }
  watch(on, (now, before) => {
    if (before && act.value) act.value.draft.raw.over = undefined // it was seen of another clause
    if (now) begin()
  })
  watch(theirs, begin)

  /** What I write is written over theirs from here on: a new act, which says so. */
  function overTheirs(): void {
    if (!act.value || !stands.value) return
    act.value.draft.raw.over = stands.value.text_hash
    act.value.draft.key = newKey()
    act.value.obstacles = []
  }

  return { on, theirs, seen, mine, collides, wrote, begin, overTheirs }
}
