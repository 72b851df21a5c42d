import { reactive, ref, shallowRef, toRaw, watch } from 'vue'
import { ask } from '@/api/client'
import type { Obstacle, Receipt } from '@/api/documents'
import { Problem } from '@/api/problem'
import { NotKept } from '@/offline/box'
import type { Act } from '@/offline/outbox'
import { letterSigned } from '@/offline/signed'
import { useCase } from '@/stores/case'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'
import { said, t } from '@/texts/i18n'
import { compile, stillWrong, type Errors, type Raw } from './compile'
import { dropDraft, freshDraft, keepDraft, readDraft, type Draft } from './draft'
import { fieldsOf, type Field, type Schemas } from './shape'

interface Acts {
  acts: Record<string, { path: string; binding: boolean; schema: string }>
  schemas: Schemas
}

/** One act from the first letter typed to its receipt: draft, check, one key, one answer. `about`: the thing it is about, where
 * drafts of one act are kept for several. */
export function useAct(command: string, caseId: string, path: string, about = '') {
  const session = useSession()
  const slot = about ? `${command}.${about}` : command
  const outbox = useOutbox()
  const fields = shallowRef<Field[]>([])
  const draft = reactive<Draft>(freshDraft({}))
  const errors = ref<Errors>({})
  const obstacles = ref<Obstacle[]>([])
  const failure = ref<string | null>(null)
  const busy = ref(false)
  const kept = ref(false)
  const receipt = shallowRef<Receipt | null>(null)
  /** It lies in the outbox: not done yet, and no longer to be typed. */
  const pending = shallowRef<Act | null>(null)
  const binding = ref(false)
  const ready = ref(false)
  const person = (): string => session.me?.person ?? ''
  let told = false // by the server, which alone knows what is mended

  /** `begin` says what stands in an empty form; a draft kept on this device goes before it, `known` before both. */
  async function open(begin: (fields: readonly Field[]) => Raw, known: (fields: readonly Field[]) => Raw = () => ({})): Promise<void> {
    const { acts, schemas } = (await import('@/generated/acts.json')).default as unknown as Acts
    const act = acts[command]
    if (!act) throw new Problem(404, 'not_found')
    fields.value = fieldsOf(act.schema, schemas)
    binding.value = act.binding
    const old = readDraft(person(), caseId, slot)
    Object.assign(draft, old ?? freshDraft(begin(fields.value)))
    Object.assign(draft.raw, known(fields.value))
    kept.value = old !== null
    ready.value = true
    watch(() => draft.raw, () => (mend(), save()), { deep: true })
  }

  let timer = 0
  function save(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      if (receipt.value || pending.value) return
      draft.at = Date.now()
      kept.value = keepDraft(person(), caseId, slot, toRaw(draft))
    }, 400)
  }

  function begin(raw: Raw): void {
    dropDraft(person(), caseId, slot)
    Object.assign(draft, freshDraft(raw))
    errors.value = {}
    obstacles.value = []
    failure.value = null
    kept.value = false
  }

  /** A field that is put right says so at once; one that is not finished yet is not scolded while one types. */
  function mend(): void {
    if (!told && Object.keys(errors.value).length) errors.value = stillWrong(errors.value, compile(fields.value, draft.raw).errors)
  }

  /** Whether the fields hold together; the errors stand at them. */
  function check(): boolean {
    told = false
    errors.value = compile(fields.value, draft.raw).errors
    return Object.keys(errors.value).length === 0
  }

  async function send(): Promise<Receipt | null> {
    if (busy.value || !check()) return null
    busy.value = true
    failure.value = null
    obstacles.value = []
    try {
      const { body } = compile(fields.value, draft.raw)
      const signature = await letterSigned(person(), caseId, draft.key, command, body)
      receipt.value = await out(body, signature).catch((wrong: unknown) => (signature && wrong instanceof Problem && wrong.code === 'device_signature_wrong' ? out(body) : Promise.reject(wrong as Error))) // a letter needs none
      if (receipt.value || pending.value) dropDraft(person(), caseId, slot)
      return receipt.value
    } catch (wrong) {
      if (!(wrong instanceof Problem)) throw wrong
      refused(wrong)
      return null
    } finally {
      busy.value = false
    }
  }

  function out(body: unknown, signature?: string): Promise<Receipt | null> {
    const asked = (): Promise<Receipt> => ask<Receipt>(path, body, draft.key, 'POST', { signature })
    const keeps = outbox.able && caseId !== 'new'
    return keeps ? laid(body, signature).catch((wrong: unknown) => (wrong instanceof NotKept ? asked() : Promise.reject(wrong as Error))) : asked()
  }

  /** By the outbox: on this device before it goes out. Null where it waits there, or where nothing happened. */
  async function laid(body: unknown, signature?: string): Promise<Receipt | null> {
    const found = useCase()
    const outcome = await outbox.take({
      person: person(), key: draft.key, path, body, seat: session.seat, command, case: caseId,
      name: found.name(found.document?.overview?.enterprise), binding: binding.value, raw: toRaw(draft.raw), at: Date.now(), signature,
    })
    if (outcome.kind === 'refused') throw outcome.problem
    if (outcome.kind === 'waits') pending.value = outcome.act
    return outcome.kind === 'sent' ? outcome.receipt : null
  }

  function refused(problem: Problem): void {
    if (problem.code === 'step_up_needed') return // the sheet was put away: nothing happened, nothing is wrong
    obstacles.value = problem.obstacles
    told = true
    errors.value = Object.fromEntries(problem.errors.map((one) => [one.at, said(one.message)]))
    if (problem.code === 'offline') failure.value = t('state.offline_says')
    else if (!problem.obstacles.length) failure.value = said(problem.detail) || t('state.failed_says')
    // a key under which something else was recorded names that act for ever
    if (problem.code === 'key_reused') draft.key = freshDraft({}).key
  }

  return { fields, draft, errors, obstacles, failure, busy, kept, receipt, pending, binding, ready, open, begin, check, send }
}
