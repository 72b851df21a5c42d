import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { components } from '@/api/schema'
import { deviceOf, dropDevice, heldOf, keepDevice, keepHeld, type DeviceRow, type HeldRow } from '@/offline/heads'
import { useSession } from '@/stores/session'
import { judge } from '@/tools/log/judge'
import { base64, cosigned, publicOf, textOf, type Head } from '@/tools/log/notes'
import { makeKey, registering, sign } from '@/tools/log/sign'

export type LogRow = components['schemas']['CheckpointRow']
export type Key = components['schemas']['DeviceKeyDocument']
type DistrictLog = components['schemas']['DistrictHeadDocument']
type List = components['schemas']['CheckpointList']
type Shown = Pick<LogRow, 'origin' | 'note' | 'keys' | 'proof'> & { stream: string }
const OFTEN_MS = 20_000
/** The log of the district grows by a leaf in ten minutes. */
const DISTRICT_OFTEN_MS = 600_000

/** The log of the open case as this device sees it: what it holds, what it was shown, and what does not go on from what it holds. A
 * chief's device co-signs by itself what it has checked, an official's also the log of his district. */
export const useLog = defineStore('log', () => {
  const session = useSession()
  const caseId = ref('')
  const rows = shallowRef<LogRow[]>([])
  const held = shallowRef<HeldRow[]>([])
  const device = shallowRef<DeviceRow | null>(null)
  const checkedAt = ref(0)
  const keeps = ref(true)
  const district = shallowRef<HeldRow | null>(null)
  const official = shallowRef<DistrictLog | null>(null)
  let districtAt = 0
  let running: Promise<void> | null = null

  const alarms = computed(() => [...held.value, ...(district.value ? [district.value] : [])].filter((one) => one.alarm))
  const mine = computed(() => rows.value.some((one) => one.witness))
  const of = (stream: string): HeldRow | undefined => held.value.find((one) => one.stream === stream)

  /** Look at the heads again, unless that was just done. What goes wrong on the way (no network, no case) is no alarm. */
  async function look(id: string, now = false): Promise<void> {
    if (id !== caseId.value) [caseId.value, rows.value, held.value, checkedAt.value] = [id, [], [], 0]
    if (!now && Date.now() - checkedAt.value < OFTEN_MS) return
    running ??= check(id).catch((failed: unknown) => {
      if (!(failed instanceof Problem)) throw failed
    }).finally(() => (running = null))
    await running
  }

  async function check(id: string): Promise<void> {
    const person = session.me?.person
    if (!person) return
    const before = await heldOf(person, id)
    const since = before.map((one) => `${one.stream}:${one.head.size}`).join(',')
    const path = `/api/v1/negotiations/${id}/checkpoints`
    let found = await ask<List>(`${path}${since && `?since=${since}`}`, undefined, undefined, 'GET')
    const after: HeldRow[] = []
    for (const row of found.rows) after.push(await taken(person, id, row, before.find((one) => one.stream === row.stream), `${id}/${row.stream}`))
    device.value = (await deviceOf(person)) ?? null
    let signed = false
    const due = (row: LogRow, at: number): boolean => row.witness && !after[at]!.alarm && after[at]!.cosigned?.size !== row.size
    if (device.value && found.rows.some(due)) await keys() // it may have been ended from another device
    if (device.value) for (const [at, row] of found.rows.entries()) if (row.witness && !after[at]!.alarm) signed = (await confirm(device.value, after[at]!)) || signed
    if (signed) found = await ask<List>(path, undefined, undefined, 'GET') // with what was just added
    if (id !== caseId.value) return
    held.value = after
    rows.value = [...found.rows]
    checkedAt.value = Date.now()
    await checkDistrict(person)
  }

  /** The same of the log of the district: whoever keeps its head finds a case that was taken away whole. */
  async function checkDistrict(person: string): Promise<void> {
    const id = session.me?.district.id
    if (!id || Date.now() - districtAt < DISTRICT_OFTEN_MS) return
    const place = `district:${id}`
    const [was] = await heldOf(person, place)
    let shown = await ask<DistrictLog>(`/api/v1/district/log${was ? `?since=${was.head.size}` : ''}`, undefined, undefined, 'GET')
    const row = await taken(person, place, { ...shown, stream: 'district' }, was, id)
    const may = shown.witness && !row.alarm
    if (may && device.value && (await confirm(device.value, row, `/api/v1/witnessed/${id}`))) shown = await ask<DistrictLog>('/api/v1/district/log', undefined, undefined, 'GET')
    district.value = row
    official.value = shown
    districtAt = Date.now()
  }

  /** A head that goes on from what is held takes its place; any other stands beside it. */
  async function taken(person: string, id: string, row: Shown, was: HeldRow | undefined, tail: string): Promise<HeldRow> {
    if (was?.alarm) return was
    const verdict = await judge(was ?? null, row, tail)
    const at = Date.now()
    const first = { person, caseId: id, stream: row.stream, cosigned: null, signing: null, alarm: null }
    const kept: HeldRow = 'held' in verdict
      ? { ...first, ...was, ...verdict.held, at }
      : { ...first, head: { origin: row.origin, size: 0, root: '' }, note: '', keys: [], at, ...was, alarm: { wrong: verdict.wrong, shown: verdict.shown, note: row.note, at } }
    keeps.value = await keepHeld(kept)
    return kept
  }

  /** Co-sign what is held, from where this device left off; whether anything was sent. It is written down before it is sent: a lost answer loses nothing. */
  async function confirm(by: DeviceRow, row: HeldRow, at = `/api/v1/negotiations/${row.caseId}/cosignatures`, again = true): Promise<boolean> {
    if (!row.head.size || row.cosigned?.size === row.head.size || !keeps.value) return false
    row.signing = row.head
    if (!(await keepHeld(row))) return false
    const atS = Math.floor(Date.now() / 1000)
    const signature = base64(await sign(by.secret, cosigned(textOf(row.head), atS)))
    const who = row.stream === 'district' ? { public: publicOf(by.vkey) } : { stream: row.stream, key: by.id }
    const body = { ...who, old_size: row.cosigned?.size ?? 0, size: row.head.size, root: row.head.root, at_s: atS, signature }
    try {
      await ask(at, body, undefined, 'POST', { alone: true, seat: null })
      row.cosigned = row.head
    } catch (failed) {
      if (!(failed instanceof Problem) || !(await behind(failed, by, row, at, again))) throw failed
    }
    await keepHeld(row)
    return true
  }

  /** What to do where it was not taken: go on from a head that was taken though its answer was lost; keep as evidence that ours is not known. */
  async function behind(failed: Problem, by: DeviceRow, row: HeldRow, at: string, again: boolean): Promise<boolean> {
    if (failed.code === 'not_a_witness' || failed.code === 'device_clock_off' || failed.code === 'offline') return true // another day
    const theirs = failed.document.held
    if (failed.code === 'head_moved' && again && theirs && row.signing && theirs.size === row.signing.size && theirs.root === row.signing.root) {
      row.cosigned = row.signing
      if (row.cosigned.size !== row.head.size) await confirm(by, row, at, false)
      return true
    }
    if (failed.code !== 'head_moved' && failed.code !== 'head_unknown') return false
    const shown: Head | null = theirs ? { origin: row.head.origin, size: theirs.size, root: theirs.root ?? '' } : null
    row.alarm = { wrong: 'lost', shown, note: '', at: Date.now() }
    return true
  }

  /** My keys, the ended ones too; where this device's own was ended from another, it has none any more. */
  async function keys(): Promise<readonly Key[]> {
    const { rows: all } = await ask<components['schemas']['DeviceKeyList']>('/api/v1/me/device-keys', undefined, undefined, 'GET')
    const own = all.find((one) => one.id === device.value?.id)
    if (device.value && own?.until) await gone(device.value.person)
    return all
  }

  async function gone(person: string): Promise<void> {
    await dropDevice(person)
    device.value = null
  }

  /** Make a key on this device and register it: asks for a proof that it is he. */
  async function register(label: string): Promise<void> {
    const me = session.me
    if (!me) return
    const { log } = await ask<components['schemas']['DeviceKeyList']>('/api/v1/me/device-keys', undefined, undefined, 'GET')
    const made = await makeKey()
    const proof = base64(await sign(made.secret, registering(log, me.district.id, me.person)))
    const known = await ask<components['schemas']['DeviceKeyDocument']>('/api/v1/me/device-keys', { public: base64(made.public), label, proof })
    device.value = { person: me.person, id: known.id, vkey: known.vkey, secret: made.secret }
    keeps.value = await keepDevice(device.value)
    for (const row of held.value) await keepHeld({ ...row, cosigned: null, signing: null }) // the new key has signed nothing yet
    if (district.value) await keepHeld({ ...district.value, cosigned: null, signing: null })
    districtAt = 0
    await look(caseId.value, true)
  }

  /** End this device's key: what it signed stays. */
  async function end(): Promise<void> {
    if (!device.value) return
    await ask(`/api/v1/me/device-keys/${device.value.id}`, undefined, undefined, 'DELETE').catch((failed: unknown) => {
      if (!(failed instanceof Problem) || failed.status !== 404) throw failed
    })
    await gone(device.value.person)
    await look(caseId.value, true)
  }

  return { caseId, rows, held, district, official, device, checkedAt, keeps, alarms, mine, of, look, keys, register, end }
})
