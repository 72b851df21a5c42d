import { describe, expect, it } from 'vitest'
import { CAST_BYTES, chosen, Marked, message, padded, placeOf, type Question } from './ballot'
import { blind, encoded, inverse, keyOf, NotTrue, power, signed, thumbprint, unblinded } from './blind'
import { b64, bytesOf, digest, hex, numberOf, unb64, unhex, utf8 } from './bytes'
import { canonical } from './canonical'
import { draw, inFours, Root, typed } from './secret'
import rfc from './rfc9474.json'

const standard = keyOf(rfc.modulus, 4096)
const content = unhex(rfc.message)
const back = numberOf(unhex(rfc.inverse))
const question: Question = { poll: 'ab'.repeat(32), choices: ['yes', 'no', 'abstain', 'c10', 'c2'], picks: 2 }
const nonce = new Uint8Array(32).fill(7)

describe('RFC 9474, Appendix A.4', () => {
  it('is blinded as it stands there', async () => {
    const factor = inverse(back, standard.n)
    expect(hex(await blind(standard, content, factor))).toBe(rfc.blinded)
  })
  it('is unblinded as it stands there', async () => {
    expect(hex(await unblinded(standard, content, unhex(rfc.blind_signature), back))).toBe(rfc.signature)
    expect(power(numberOf(unhex(rfc.signature)), 65537n, standard.n)).toBe(numberOf(await encoded(content, 4096)))
  })
  it('takes no answer that signs something else', async () => {
    for (const wrong of [rfc.signature, rfc.blind_signature.slice(2), rfc.blind_signature.replace(/^../, '00')])
      await expect(unblinded(standard, content, unhex(wrong), back)).rejects.toThrow(NotTrue)
    expect(await signed(standard, utf8('another'), unhex(rfc.signature))).toBe(false)
  })
})

describe('a key', () => {
  const modulus = b64(bytesOf((1n << 3071n) + 12345n, 384))
  it('has 3072 bits and one spelling', () => {
    expect(keyOf(modulus).size).toBe(384)
    const short = b64(bytesOf((1n << 3070n) + 1n, 384))
    const long = b64(bytesOf((1n << 3071n) + 1n, 385))
    const even = b64(bytesOf(1n << 3071n, 384))
    for (const wrong of [short, long, even, rfc.modulus]) expect(() => keyOf(wrong)).toThrow(NotTrue)
    for (const wrong of ['', '*', `${modulus}=`]) expect(() => keyOf(wrong)).toThrow()
  })
  it('is called by its RFC 7638 thumbprint', async () => {
    const words = `{"e":"AQAB","kty":"RSA","n":"${modulus}"}`
    expect(await thumbprint(keyOf(modulus))).toBe(b64(await digest('SHA-256', utf8(words))))
  })
  it('has no factor in common with what is raised', () => {
    expect(() => inverse(21n, 35n)).toThrow(NotTrue)
    expect(inverse(3n, 35n)).toBe(12n)
  })
})

describe('a choice', () => {
  it('is written in one way', () => {
    expect(chosen(question, ['c2', 'c10'])).toBe('c10,c2')
    for (const wrong of [[], ['maybe'], ['yes', 'no', 'abstain'], ['YES']]) expect(() => chosen(question, wrong)).toThrow(NotTrue)
    for (const wrong of ['c2,c10', 'yes,yes', 'yes,', '']) expect(() => message(question, nonce, wrong)).toThrow(NotTrue)
  })
  it('is sent in one size', () => {
    const cast = { nonce: hex(nonce), choice: 'yes', signature: '0f'.repeat(384) }
    const sizes = ['yes', 'c10,c2', 'c'.repeat(512)].map((choice) => padded(question.poll, { ...cast, choice }).length)
    expect(new Set(sizes)).toEqual(new Set([CAST_BYTES]))
    expect(() => padded(question.poll, { ...cast, choice: 'c'.repeat(2000) })).toThrow(NotTrue)
  })
})

describe('a secret', () => {
  it('is drawn of 80 bits and read as people write', () => {
    const [one, other] = [draw(), draw()]
    expect(one).not.toBe(other)
    expect(typed(inFours(one).toLowerCase())).toBe(one)
    expect(typed('oOiI lLab-cdef—ghjk')).toBe('001111ABCDEFGHJK')
    for (const wrong of ['', one.slice(1), `${one}0`, `U${one.slice(1)}`]) expect(typed(wrong)).toBeNull()
  })
  it('gives the same on another phone, and of another choice, poll or secret nothing alike', async () => {
    const key = keyOf(b64(bytesOf((1n << 3071n) + 12345n, 384)))
    const all = async (secret: string, poll: string, choice: string): Promise<string[]> => {
      const root = await Root.of(secret, unhex(poll), 10)
      return [hex(await root.nonce()), String(await root.factor(key, choice))]
    }
    const first = await all('A', question.poll, 'yes')
    expect(await all('A', question.poll, 'yes')).toEqual(first)
    const [sameNonce, otherFactor] = await all('A', question.poll, 'no')
    expect(sameNonce).toBe(first[0])
    expect(otherFactor).not.toBe(first[1])
    for (const other of [await all('B', question.poll, 'yes'), await all('A', 'cd'.repeat(32), 'yes')]) {
      expect(other[0]).not.toBe(first[0])
      expect(other[1]).not.toBe(first[1])
    }
  })
  it('makes the ballot that stands in its place', async () => {
    const key = keyOf(b64(bytesOf((1n << 3071n) + 12345n, 384)))
    const marked = await Marked.of(key, question, 'A', 'yes', 10)
    expect(await marked.place()).toBe(await placeOf(question, marked.nonce, 'yes'))
    expect(await placeOf(question, marked.nonce, 'no')).not.toBe(await marked.place())
    expect(marked.blinded.length).toBe(384)
    await expect(marked.signed(new Uint8Array(384).fill(1))).rejects.toThrow(NotTrue)
  })
})

describe('the form that is hashed', () => {
  it('is RFC 8785', () => {
    expect(canonical({ b: [1, null, true], a: '职\n"' })).toBe('{"a":"职\\n\\"","b":[1,null,true]}')
    expect(() => canonical({ a: 0.5 })).toThrow(RangeError)
  })
  it('base64url goes both ways', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(251, 255), Uint8Array.of(0, 1, 2)]) expect(unb64(b64(bytes))).toEqual(bytes)
  })
})
