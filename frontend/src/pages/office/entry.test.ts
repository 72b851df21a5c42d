import { describe, expect, it } from 'vitest'
import { sentOf, typedOf, type Enterprise } from './entry'

describe('an entry of the register', () => {
  const before = { id: 'o', name: 'A', credit_code: 'X', address: 'B', region: '330109', industry: 'C36', kind: 'enterprise', above_scale: true, has_union: false, has_congress: false, branch_consent: null, delegates: 40, version: 3, headcount: [{ year: 2025, total: 90, women: 40, dispatched: null, disabled: null, front_line: null }] } as unknown as Enterprise
  it('is sent as it was changed and nothing else', () => {
    const typed = typedOf(before, '2026')
    expect(sentOf(typed, before)).toEqual({})
    typed.facts.delegates = ''
    typed.facts.contact = ' 张三 '
    typed.yes.above_scale = false
    typed.heads.unshift({ year: '2026', total: '95', women: '', dispatched: '', disabled: '', front_line: '' })
    expect(sentOf(typed, before)).toEqual({ delegates: null, contact: '张三', above_scale: false, headcount: [{ year: 2026, total: 95 }, { year: 2025, total: 90, women: 40 }] })
  })
  it('that is new says what was typed; a count that is none goes out as it is, for the server to say what is wrong', () => {
    const typed = typedOf(null, '2026')
    Object.assign(typed.facts, { name: 'A', delegates: 'many', branch_of: 'B', branch_consent: 'no' })
    expect(sentOf(typed, null)).toEqual({ kind: 'enterprise', name: 'A', delegates: 'many', branch_of: 'B', branch_consent: false })
  })
})
