import { describe, expect, it } from 'vitest'
import { distance, fenOf, money, rateOf, yuanOf } from './money'

describe('money', () => {
  it.each([['2860', 286_000], ['2,860.5', 286_050], ['0.01', 1], [' 3 000 元', 300_000]])('%s is %i fen', (typed, fen) => expect(fenOf(typed)).toBe(fen))
  it.each(['', '-3', '1.234', '1e3', 'abc', '１２'])('%s is no amount', (typed) => expect(fenOf(typed)).toBeNull())
  it('comes back as it was typed', () => {
    for (const typed of ['0', '2860', '2860.5', '2860.05', '9999999999999.99']) expect(yuanOf(fenOf(typed)!)).toBe(typed)
  })
  it('is grouped for readers', () => expect([money(286_050), money(100_000_000), money(5)]).toEqual(['2,860.50 元', '1,000,000 元', '0.05 元']))
})

describe('rates', () => {
  it.each([['5.5', '5.5'], ['5.50%', '5.5'], ['06', '6'], ['0.10', '0.1']])('%s is sent as %s', (typed, sent) => expect(rateOf(typed)).toBe(sent))
  it.each(['', '-1', '5.12345', '5,5'])('%s is no rate', (typed) => expect(rateOf(typed)).toBeNull())
  it('are apart exactly', () => expect([distance('6', '4.05'), distance('0.3', '0.1'), distance('4', '4')]).toEqual(['1.95', '0.2', '0']))
})
