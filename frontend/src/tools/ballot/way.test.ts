import { beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import { message, placeOf } from './ballot'
import { inverse, NotTrue, power, signed, thumbprint, keyOf } from './blind'
import { b64, bytesOf, hex, joined, numberOf, unb64, unhex, utf8, type Bytes } from './bytes'
import { hashOf } from './canonical'
import { holds, reckoned } from './ed25519'
import { believed, received, type Body, type Opening, type Poll } from './opening'
import { typed } from './secret'
import { go, lineOf, marked, waits, type Kept, type Stage, type World } from './way'
import rfc from './rfc9474.json'

/** The other end, as it is in Python: signs what it does not see, takes what it once signed, gives its word. */
const [p, q] = [BigInt(`0x${rfc.our_p}`), BigInt(`0x${rfc.our_q}`)]
const [n, d] = [p * q, inverse(65537n, (p - 1n) * (q - 1n))]
const modulus = b64(bytesOf(n, 384))
const ROUNDS = 10
const body = (facts: Opening): Body => ({ facts, words: null })
let opening: Opening
let poll: Poll
let receipts: CryptoKeyPair

beforeAll(async () => {
  receipts = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  opening = {
    poll: 'b1', kind: 'congress', form: 'ballot', electorate: 'delegates', options: [{ choice: 'yes' }, { choice: 'no' }, { choice: 'abstain' }], picks: 1,
    roll: 12, quorum: 8, needed: 7, method: 'both', closes_on: '2026-04-17', closes_at: '18:00',
    modulus, thumbprint: await thumbprint(keyOf(modulus)), receipt_key: b64(new Uint8Array(await crypto.subtle.exportKey('raw', receipts.publicKey))),
  }
  poll = await believed('b1', body(opening), await hashOf(body(opening)), modulus)
})

class Server {
  issued: string | null = null
  box = new Map<string, string>()
  stages: Stage[] = []
  paused: number[] = []
  kept: Kept[] = []
  asked = 0
  brought: string[] = []
  /** What happens instead of an answer, the next times. */
  fails: { issue: Problem[]; cast: Problem[] } = { issue: [], cast: [] }
  lies: (told: { place: string; receipt: string }) => { place: string; receipt: string } = (told) => told

  readonly world: World = {
    rounds: ROUNDS,
    keep: async (kept) => !!this.kept.push(kept),
    issue: async (blinded) => {
      this.asked++
      const wrong = this.fails.issue.shift()
      if (wrong?.status === 409) throw wrong
      if (this.issued !== null && this.issued !== blinded) throw new Problem(409, 'ballot_issued')
      this.issued = blinded
      if (wrong) throw wrong // signed, and the answer was lost
      return b64(bytesOf(power(numberOf(unb64(blinded)), d, n), 384))
    },
    cast: async (body) => {
      this.brought.push(body)
      const cast = JSON.parse(body) as { nonce: string; choice: string; signature: string }
      const content = message(poll, unhex(cast.nonce), cast.choice)
      if (!(await signed(poll.key, content, unhex(cast.signature)))) throw new Problem(422, 'ballot_forged')
      const place = await placeOf(poll, unhex(cast.nonce), cast.choice)
      this.box.set(place, `${cast.nonce} ${cast.choice} ${cast.signature}`)
      const wrong = this.fails.cast.shift()
      if (wrong) throw wrong
      const text = joined(utf8('cloudnego-receipt-v1\0'), unhex(poll.poll), unhex(place))
      return this.lies({ place, receipt: b64(new Uint8Array(await crypto.subtle.sign('Ed25519', receipts.privateKey, text))) })
    },
    pause: async (ms) => void this.paused.push(ms),
    stage: (now) => void this.stages.push(now),
  }
}

describe('the way of a ballot', () => {
  it('ends in the box, and the choice is gone from the phone', async () => {
    const server = new Server()
    const done = await go(poll, marked('yes'), server.world)
    expect(server.stages).toEqual(['marking', 'asking', 'waiting', 'casting'])
    expect(server.paused.every((ms) => ms >= 3_000 && ms <= 15_000)).toBe(true)
    expect([...server.box.keys()]).toEqual([done.place])
    expect(await received(poll, done.place!, done.receipt!)).toBe(true)
    expect(JSON.stringify(server.kept.at(-1))).not.toContain('yes')
    expect(await lineOf(poll, done.secret, `${'0'.repeat(64)} no 00\n${[...server.box.values()].join('\n')}\n`, ROUNDS)).toBe(2)
    expect(await lineOf(poll, done.secret, `${'0'.repeat(64)} no 00\n`, ROUNDS)).toBeNull()
    expect(await go(poll, done, server.world)).toBe(done)
  })
  it('goes on with the same bytes wherever it broke off', async () => {
    const server = new Server()
    const lost = new Problem(0, 'offline')
    server.fails = { issue: [lost, lost], cast: [lost, new Problem(503, 'busy', {}, 9)] }
    const first = marked('no')
    await go(poll, first, server.world)
    expect(server.asked).toBe(3)
    expect(new Set(server.brought).size).toBe(1)
    expect(server.box.size).toBe(1)
    expect(server.stages.filter((one) => one === 'offline').length).toBe(4)
    expect(server.paused.at(-1)).toBe(9_000)
    for (const from of [first, ...server.kept.filter((one) => one.cast)]) await go(poll, from, server.world) // a reload at each step
    expect(new Set(server.brought).size).toBe(1)
    expect(server.box.size).toBe(1)
  })
  it('is the very same on another phone, with the secret and the same choice', async () => {
    const server = new Server()
    const first = marked('abstain')
    await go(poll, first, server.world)
    const other = new Server()
    other.issued = server.issued
    await go(poll, marked('abstain', typed(first.secret)!), other.world)
    expect(other.brought).toEqual(server.brought)
    await expect(go(poll, marked('no', first.secret), other.world)).rejects.toThrow('ballot_issued')
    await expect(go(poll, marked('abstain'), other.world)).rejects.toThrow('ballot_issued')
  })
  it('is called cast only on a receipt that is true', async () => {
    const stranger = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
    const forged = async (place: string): Promise<string> => b64(new Uint8Array(await crypto.subtle.sign('Ed25519', stranger.privateKey, unhex(place))))
    const wrong = await forged('ab')
    for (const lie of [(told: { place: string; receipt: string }) => ({ ...told, receipt: wrong }), (told: { place: string; receipt: string }) => ({ ...told, place: 'cd'.repeat(32) })]) {
      const server = new Server()
      server.lies = lie
      await expect(go(poll, marked('yes'), server.world)).rejects.toThrow(NotTrue)
      expect(server.kept.every((one) => one.receipt === null)).toBe(true)
    }
  })
  it('ends where it is refused, and what lies on the phone stays', async () => {
    for (const code of ['ballot_on_paper', 'poll_closed']) {
      const server = new Server()
      server.fails.issue = [new Problem(409, code)]
      await expect(go(poll, marked('yes'), server.world)).rejects.toThrow(code)
      expect(server.brought).toEqual([])
    }
  })
  it('waits for others', () => {
    const all = Array.from({ length: 400 }, waits)
    expect(Math.min(...all)).toBeGreaterThanOrEqual(3_000)
    expect(Math.max(...all)).toBeLessThan(15_000)
    expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(8_000)
  })
})

describe('what a phone believes', () => {
  it('is the opening whose hash each ballot names, with the key that stands in it', async () => {
    const hash = await hashOf(body(opening))
    const strange = b64(bytesOf((1n << 3071n) + 12345n, 384))
    await expect(believed('b2', body(opening), hash, modulus)).rejects.toThrow(NotTrue)
    await expect(believed('b1', body({ ...opening, needed: 6 }), hash, modulus)).rejects.toThrow(NotTrue)
    await expect(believed('b1', body(opening), hash, strange)).rejects.toThrow(NotTrue)
    const forged = { ...opening, modulus: strange }
    await expect(believed('b1', body(forged), await hashOf(body(forged)), strange)).rejects.toThrow(NotTrue)
  })
})

describe('Ed25519', () => {
  // RFC 8032, 7.1: tests 2 and 3
  const vectors: [string, string, string][] = [
    ['3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72', '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'],
    ['fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', 'af82', '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'],
  ]
  const ways: [string, (key: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>][] = [['of the browser', holds], ['of ours', reckoned]]
  for (const [name, way] of ways)
    it(`is what the RFC says, by the reckoning ${name}`, async () => {
      for (const [key, message, signature] of vectors) {
        expect(await way(unhex(key), unhex(message), unhex(signature))).toBe(true)
        expect(await way(unhex(key), unhex(`${message}00`), unhex(signature))).toBe(false)
        expect(await way(unhex(key), unhex(message), unhex(signature.replace(/^../, '00')))).toBe(false)
        // the same point with a number beyond the order: another spelling of one signature
        const [order, bytes] = [2n ** 252n + 27742317777372353535851937790883648493n, unhex(signature)]
        const beyond = BigInt(`0x${hex(bytes.slice(32).reverse())}`) + order
        expect(await way(unhex(key), unhex(message), joined(bytes.slice(0, 32), bytesOf(beyond, 32).reverse()))).toBe(false)
      }
    })
})
