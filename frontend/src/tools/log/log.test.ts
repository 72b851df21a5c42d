import { describe, expect, it } from 'vitest'
import { unhex, utf8 } from '@/tools/ballot/bytes'
import { publicOf, signedWith } from '@/tools/ballot/ed25519'
import made from './heads.json'
import { actText, canonical, paperText } from './act'
import { healthOf } from './health'
import { judge, type Held, type Shown } from './judge'
import { base64, cosigned, headOf, keyOf, noteOf, signedBy, textOf, unbase64 } from './notes'
import { registering } from './sign'
import { consistent } from './trees'

/** `heads.json` is made by the server's own code; what it signs is checked here, and what is signed here is what it makes. */
const root = (size: number): string => headOf(noteOf(made.notes[size]!)!.text)!.root
const shown = (size: number, since: number | null, change: Partial<Shown> = {}): Shown => ({ origin: made.origin, note: made.notes[size]!, keys: made.keys, proof: since === null ? null : made.proofs[size]![since]!, ...change })
const tail = 'n1/table'
const held = async (size: number): Promise<Held> => ((await judge(null, shown(size, null), tail)) as { held: Held }).held
const wrong = async (was: Held | null, row: Shown): Promise<string | undefined> => ((await judge(was, row, tail)) as { wrong?: string }).wrong

describe('a checkpoint', () => {
  it('reads as it was written, and holds under its key alone', async () => {
    const note = noteOf(made.notes[7]!)!
    expect(textOf(headOf(note.text)!)).toBe(note.text)
    expect(await signedBy(note, (await keyOf(made.keys[0]!))!)).toBe(true)
    expect(await signedBy(note, (await keyOf(made.other_keys[0]!))!)).toBe(false)
  })
  it('is none where a byte is other than it must be', async () => {
    for (const raw of ['', 'a\n', made.notes[7]!.slice(0, -1), made.notes[7]!.replace('\u2014', '-'), made.notes[7]!.replace('\n\n', '\n'), made.notes[7]!.replace('\n7\n', '\n07\n')]) {
      const note = noteOf(raw)
      expect(note && headOf(note.text)).toBeNull()
    }
    expect(unbase64('AAB=')).toBeNull()
    expect(await keyOf(made.keys[0]!.replace('log.example', 'log.examples'))).toBeNull()
  })
  it('bears the co-signature of a device', async () => {
    const note = noteOf(made.witness.note)!
    const key = (await keyOf(made.witness.vkey))!
    expect(await signedBy(note, key)).toBe(true)
    expect(await signedBy({ ...note, text: note.text.replace('\n7\n', '\n8\n') }, key)).toBe(false)
  })
})

describe('a head that goes on', () => {
  it('is proved from every earlier one, and from no other', async () => {
    for (let size = 1; size <= 12; size++)
      for (let first = 0; first <= size; first++) {
        const proof = made.proofs[size]![first]!
        expect(await consistent(first, size, root(first), root(size), proof)).toBe(true)
        if (first) expect(await consistent(first, size, root(first - 1), root(size), proof)).toBe(false)
        expect(await consistent(first, size, root(first), root(size), [...proof, root(1)])).toBe(false)
        if (proof.length) expect(await consistent(first, size, root(first), root(size), proof.slice(1))).toBe(false)
      }
  })
  it('takes the place of the one that was held', async () => {
    expect((await judge(await held(5), shown(12, 5), tail)) as object).toHaveProperty('held.head.size', 12)
    expect((await judge(await held(5), shown(5, 5), tail)) as object).toHaveProperty('held.head.size', 5)
  })
})

describe('a head that does not', () => {
  it('is named for what is wrong', async () => {
    const mine = await held(7)
    expect(await wrong(mine, shown(6, null))).toBe('shorter')
    expect(await wrong(mine, shown(12, 7, { note: made.forked }))).toBe('forked')
    expect(await wrong(mine, shown(12, 6))).toBe('forked')
    expect(await wrong(mine, shown(12, null))).toBe('forked')
    expect(await wrong(mine, shown(12, 7, { note: made.by_another, keys: made.other_keys }))).toBe('unknown_key')
    expect(await wrong(mine, shown(12, 7, { keys: made.other_keys, note: made.notes[12]!.replace('log.example/n1/table', 'log.example/n2/table') }))).toBe('unsigned')
    expect(await wrong(null, shown(7, null, { note: made.by_another }))).toBe('unsigned')
    expect(await wrong({ ...mine, head: { ...mine.head, origin: 'other.example/n1/table' } }, shown(12, 7))).toBe('renamed')
  })
  it('is not one that the old and the new key signed together: then both are known', async () => {
    const turned = (await judge(await held(7), shown(12, 7, { note: made.by_both, keys: [...made.keys, ...made.other_keys] }), tail)) as { held: Held }
    expect(turned.held.keys).toEqual([...made.keys, ...made.other_keys])
  })
})

describe('a device without keys in its browser', () => {
  it('signs what the server would', async () => {
    const seed = unhex(made.witness.seed)
    expect(base64(await publicOf(seed))).toBe(made.witness.public)
    expect(base64(await signedWith(seed, cosigned(headOf(noteOf(made.notes[7]!)!.text) ? noteOf(made.notes[7]!)!.text : '', made.witness.at_s)))).toBe(made.witness.signature)
    expect(new TextDecoder().decode(registering('log.example', 'd1', 'p1'))).toBe(made.witness.registering)
    expect(base64(await signedWith(seed, utf8(made.witness.registering)))).toBe(made.witness.proof)
  })
})

describe('what both sides have confirmed', () => {
  const row = (stream: string, size: number, worker: number, employer: number, at = '2026-03-20T09:00:00+08:00'): never =>
    ({ stream, size, confirmed: { worker, employer }, witnesses: [...(worker ? [{ side: 'worker', size: worker, at }] : []), ...(employer ? [{ side: 'employer', size: employer, at }] : [])] }) as never
  it('is all of what is joint, or names who is missing', () => {
    expect(healthOf([row('table', 5, 5, 5), row('notice', 2, 2, 2, '2026-03-21T09:00:00+08:00'), row('filing', 0, 0, 0)])).toEqual({ state: 'both', at: '2026-03-21T09:00:00+08:00' })
    expect(healthOf([row('table', 5, 5, 4), row('notice', 2, 2, 2)])).toEqual({ state: 'waits', sides: ['employer'] })
    expect(healthOf([row('table', 5, 0, 0), row('worker', 3, 3, 0)])).toEqual({ state: 'none' })
  })
})

describe('an act', () => {
  it('of an office’s paper is over which and what it was made of', () => {
    const text = paperText({ log: 'log.example', caseId: 'n1', person: 'p1' }, 'd-2026-n1-D17-1', 'a'.repeat(64))
    expect(new TextDecoder().decode(text)).toBe(`cloudnego act 1\n{"actor":"p1","case":"n1","facts":{"facts_hash":"${'a'.repeat(64)}","paper":"d-2026-n1-D17-1"},"log":"log.example","type":"paper_signed"}`) // tests/signing/test_acts.py holds the same
  })
  it('is written for a signature as the server writes it', async () => {
    const text = await actText({ log: 'log.example', caseId: 'n1', person: 'p1', key: 'k1' }, 'sign_contract', { document_hash: 'a'.repeat(64), evidence: null })
    expect(new TextDecoder().decode(text)).toBe('cloudnego act 1\n{"actor":"p1","case":"n1","command":"cc7c6384e1273be7784c9f357811247914128ea4e30bf2a5fb8b2fdce9ed10bf","facts":{"document_hash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"log":"log.example","type":"contract_signed"}') // tests/signing/test_acts.py holds the same
  })
  it('of a letter leaves the words out, and means a meeting in person where none is said', async () => {
    const offer = { plan: { day: '2026-03-20', time: '14:00', place: '三楼' }, topics: [{ head: 'T3', answer: 'negotiate', asked_rate: '7', reason: '物价' }, { head: 'T1', answer: 'keep' }] }
    const text = await actText({ log: 'log.example', caseId: 'n1', person: 'p1', key: 'k1' }, 'send_offer', offer)
    expect(new TextDecoder().decode(text)).toBe('cloudnego act 1\n{"actor":"p1","case":"n1","command":"cc7c6384e1273be7784c9f357811247914128ea4e30bf2a5fb8b2fdce9ed10bf","facts":{"plan":{"day":"2026-03-20","mode":"in_person","place":"三楼","time":"14:00"},"topics":[{"answer":"negotiate","asked_rate":"7","head":"T3"},{"answer":"keep","head":"T1"}]},"log":"log.example","type":"offer_sent"}')
  })
  it('has its names in order at any depth, and nothing that is null', () => {
    expect(canonical({ b: [{ d: null, c: 'é"' }], a: 1, e: undefined })).toBe('{"a":1,"b":[{"c":"é\\""}]}')
  })
})
