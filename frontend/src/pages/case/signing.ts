import { computed, ref, shallowRef } from 'vue'
import { ask, newKey } from '@/api/client'
import type { MadePaper, Obstacle, Papers, Receipt, Side, Signing, ToSign } from '@/api/documents'
import { Problem } from '@/api/problem'
import { paperSignatureOf, signatureOf } from '@/offline/signed'
import type { DeviceRow } from '@/offline/heads'
import { useCase } from '@/stores/case'
import { useLog } from '@/stores/log'
import { useSession } from '@/stores/session'
import { useStepUp } from '@/stores/stepup'
import { useTodo } from '@/stores/todo'
import { deviceWords } from '@/tools/devices'
import { said, t } from '@/texts/i18n'

/** Which act signs a text, and the name of its hash there; the first that is open to the reader is his. */
const ACTS: Readonly<Record<string, readonly [string, string][]>> = {
  minutes: [['confirm_minutes', 'minutes_hash'], ['sign_minutes', 'minutes_hash']],
  draft: [['sign_draft', 'draft_hash']],
  contract: [['sign_contract', 'document_hash']],
}
/** Of an office's paper the signature comes with the request for the file; it is no command. */
export const SIGN_PAPER = 'sign_paper'
export const OFFICE: ReadonlySet<string> = new Set(['opinion', 'agreement'])

/** What there is to sign, and the one act of it: with the key on this device, which is made when it is first needed. */
export function useSigning() {
  const found = useCase()
  const log = useLog()
  const session = useSession()
  const stepUp = useStepUp()
  const document = shallowRef<Signing | null>(null)
  const failed = ref<Problem | null>(null)
  const busy = ref('')
  const wrong = ref('')
  const obstacles = shallowRef<readonly Obstacle[]>([])
  const done = shallowRef<{ what: string; sealed: boolean } | null>(null)
  const keys = new Map<string, string>()

  async function load(): Promise<void> {
    failed.value = null
    try {
      document.value = await ask<Signing>(`${found.base}/signing`, undefined, undefined, 'GET')
      void log.look(found.id)
    } catch (lost) {
      if (!(lost instanceof Problem)) throw lost
      failed.value = lost
    }
  }

  /** The command with which the reader may sign this text now. */
  function mine(row: ToSign): string | null {
    if (OFFICE.has(row.text.what)) return row.own ? SIGN_PAPER : null
    if (row.text.hands.some((one) => one.state === 'signed' && one.person === session.me?.person)) return null // a chief who signed for his side need not sign as one who was there
    return ACTS[row.text.what]?.map(([command]) => command).find((command) => found.possible(command)?.open) ?? null
  }
  const waiting = computed(() => document.value?.rows.filter((row) => mine(row)) ?? [])
  const side = computed<Side | null>(() => found.document?.me.side ?? null)

  async function doing(what: string, work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    ;[busy.value, wrong.value, obstacles.value] = [what, '', []]
    try {
      await work()
    } catch (lost) {
      if (!(lost instanceof Problem)) throw lost
      obstacles.value = lost.obstacles
      if (lost.code !== 'step_up_needed' && !lost.obstacles.length) wrong.value = lost.code === 'offline' ? t('state.offline_says') : said(lost.detail) || t('state.failed_says')
    } finally {
      busy.value = ''
    }
  }

  /** Sign a text: one name for the act, so that a lost answer does not make two of it. */
  const signs = (row: ToSign): Promise<void> => doing(row.text.what, async () => {
    const means = session.me?.means ?? []
    if (!session.proved() && means.length && !(await stepUp.prove(means))) return
    await log.look(found.id, true)
    await log.keys()
    if (!log.device) await log.register(deviceWords(navigator.userAgent).slice(0, 80))
    const device = log.device
    if (!device || !document.value || !session.me) return
    if (OFFICE.has(row.text.what)) return signsPaper(row, device)
    const [command, field] = ACTS[row.text.what]!.find(([one]) => one === mine(row))!
    const slot = `${command} ${row.text.hash}`
    const key = keys.get(slot) ?? newKey()
    keys.set(slot, key)
    const body = { [field]: row.text.hash }
    const signature = await signatureOf(device, found.id, key, command, body)
    await ask<Receipt>(`${found.base}/${command.replaceAll('_', '-')}`, body, key, 'POST', { signature })
    await Promise.all([found.refresh(), load(), useTodo().load()])
    const now = document.value.rows.find((one) => one.text.what === row.text.what && one.text.hash === row.text.hash)
    done.value = { what: row.text.what, sealed: !!now && (await seal(now).catch(() => false)) }
    if (done.value.sealed) await load()
  })

  /** Sign an office's paper: it is made first, for what is signed is what it was made of. */
  async function signsPaper(row: ToSign, device: DeviceRow): Promise<void> {
    const number = await paperOf(row)
    await load()
    const factsHash = of(row)?.text.hash
    if (!number || !factsHash) return
    const signature = await paperSignatureOf(device, found.id, number, factsHash)
    await ask(`${found.base}/papers/${number}/signatures`, undefined, undefined, 'POST', { signature })
    await load()
    done.value = { what: row.text.what, sealed: true }
  }
  const of = (row: ToSign): ToSign | undefined => document.value?.rows.find((one) => one.text.what === row.text.what && one.text.about === row.text.about)

  /** The number of the paper of a text: made, if it was not. */
  async function paperOf(row: ToSign): Promise<string | null> {
    if (row.paper) return row.paper
    const list = await ask<Papers>(`${found.base}/papers`, undefined, undefined, 'GET')
    const one = list.possible.find((each) => each.doc === row.text.doc && each.about === row.text.about && !each.two_languages)
    if (!one) return null
    return one.number ?? (await ask<MadePaper>(`${found.base}/papers`, { facts_hash: one.facts_hash })).number
  }

  /** What devices signed, into the PDF. */
  async function seal(row: ToSign): Promise<boolean> {
    if (!SEALED.has(row.text.doc)) return false
    const number = await paperOf(row)
    if (!number) return false
    await ask(`${found.base}/papers/${number}/signatures`, undefined)
    return true
  }

  const open = (row: ToSign): Promise<void> => doing(`paper ${row.text.about}`, async () => {
    await paperOf(row)
    await load()
  })
  const seals = (row: ToSign): Promise<void> => doing(`seal ${row.text.about}`, async () => {
    await seal(row)
    await load()
  })

  return { document, failed, busy, wrong, obstacles, done, waiting, side, load, mine, signs, open, seals, sealed: (row: ToSign): boolean => SEALED.has(row.text.doc) }
}

/** Papers that take certificate signatures. */
const SEALED: ReadonlySet<string> = new Set(['D6', 'D7', 'D10', 'D14'])
