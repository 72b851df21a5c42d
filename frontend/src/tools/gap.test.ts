import { describe, expect, it } from 'vitest'
import { axis, standings, type Proposal } from './gap'

const said: Proposal[] = [['worker', 'T3', '6.9', null], ['employer', 'T3', '3.6', null], ['worker', 'T3', '4.5', null], ['employer', 'T2', null, 286_000], ['worker', 'T9', null, null]]

describe('where the two sides stand', () => {
  it('is the last word of each, earlier ones beside it', () => {
    expect(standings(said)[0]).toEqual({ head: 'T3', unit: 'rate', worker: '4.5', employer: '3.6', before: { worker: ['6.9'], employer: [] }, apart: '0.9' })
  })
  it('has no distance while one side named no number', () => expect(standings(said)[1]).toMatchObject({ head: 'T2', unit: 'fen', worker: null, employer: '286000', apart: null }))
  it('leaves out heads without any number', () => expect(standings(said).map((one) => one.head)).toEqual(['T3', 'T2']))
  it('is drawn low to high', () => {
    const at = axis(['4', '6', '5'])
    expect([at('4') < at('5'), at('5') < at('6'), axis(['4', '4'])('4')]).toEqual([true, true, 50])
  })
})
