import { describe, expect, it } from 'vitest'
import acts from '@/generated/acts.json'
import { compile, stillWrong, type Raw } from './compile'
import { fieldsOf, type Field, type Schemas } from './shape'

const schemas = acts.schemas as unknown as Schemas
const all = Object.entries(acts.acts as Record<string, { schema: string }>)
const fields = (name: string): Field[] => fieldsOf((acts.acts as unknown as Record<string, { schema: string }>)[name]!.schema, schemas)

/** Something a person would type into every field. */
function filled(some: readonly Field[]): Raw {
  const typed = (one: Field): unknown => {
    switch (one.kind) {
      case 'money': return '2860.5'
      case 'rate': return '4.5'
      case 'count': return String(Math.max(one.schema.minimum ?? 1, 1))
      case 'flag': return true
      case 'choice': return one.choices![0]
      case 'date': return '2026-03-20'
      case 'time': return '14:00'
      case 'picks': return Array.from({ length: one.schema.minItems ?? 1 }, (_, n) => `p${n}`)
      case 'hash': case 'file': return 'a'.repeat(64)
      case 'evidence': return { sha256: 'a'.repeat(64), kind: 'scan' }
      case 'group': return filled(one.fields!)
      case 'list': return [filled(one.fields!)]
      case 'union': return Object.entries(one.members!).map(([kind, members]) => ({ kind, ...filled(members) }))
      case 'whole': return [{ clause: 'table.1', head: 'T1', values: [], prose: 'x' }]
      default: return 'T3'
    }
  }
  return Object.fromEntries(some.map((one) => [one.name, typed(one)]))
}

describe('every act', () => {
  it.each(all)('%s has a form that compiles without an error', (name) => {
    const drawn = fields(name)
    expect(compile(drawn, filled(drawn)).errors).toEqual({})
  })
  it.each(all)('%s asks for nothing its schema does not name', (name, act) => {
    const drawn = fields(name)
    const named = Object.keys(schemas[act.schema]!.properties ?? {})
    expect(Object.keys(compile(drawn, filled(drawn)).body).filter((one) => !named.includes(one))).toEqual([])
  })
  it.each(all)('%s wants what its schema requires', (name, act) => {
    const wanted = (schemas[act.schema]!.required ?? []).filter((one) => one !== 'type')
    expect(Object.keys(compile(fields(name), {}).errors).sort()).toEqual(wanted.map((one) => `/${one}`).sort())
  })
})

describe('what is typed', () => {
  const topics = fields('draft_topic_sheet')
  it('becomes fen and decimal strings, and nothing where nothing was said', () => {
    const raw = { topics: [{ head: 'T3', answer: 'negotiate', asked_rate: '6.90 %', asked_fen: '', demand: ' 涨 ' }] }
    expect(compile(topics, raw)).toEqual({ body: { topics: [{ head: 'T3', answer: 'negotiate', asked_rate: '6.9', demand: '涨' }] }, errors: {} })
  })
  it('is refused where it stands', () => {
    expect(compile(topics, { topics: [{ head: 'T3' }, { head: 'T2', answer: 'keep', asked_fen: 'viel' }] }).errors).toEqual({ '/topics/0/answer': 'required', '/topics/1/asked_fen': 'money' })
  })
  it('stays refused until it is put right, and what is typed meanwhile is not scolded', () => {
    const before = compile(topics, { topics: [{}, { head: 'T2' }] }).errors
    const now = compile(topics, { topics: [{ head: 'T3', answer: 'keep', asked_fen: '1x' }, { head: 'T2' }] }).errors
    expect(stillWrong(before, now)).toEqual({ '/topics/1/answer': 'required' })
  })
  it('keeps false apart from nothing', () => {
    const attest = fields('attest_ballot')
    expect([compile(attest, { correct: false }).body, compile(attest, {}).errors]).toEqual([{ correct: false }, { '/correct': 'required' }])
  })
  it('is held to the bounds of its field', () => {
    expect(compile(fields('extend_dispute'), { days: '61', reason: 'x' }).errors).toEqual({ '/days': 'large' })
  })
})

describe('who replaces a representative', () => {
  it('is picked with those first who would follow, and nobody else is', () => {
    const [old, rep] = ['old', 'rep'].map((name) => fields('replace_representative').find((one) => one.name === name)!)
    expect(rep!.fields!.find((one) => one.name === 'person')!.source).toBe('successor')
    expect(old!.source).toBe('person')
    const outsider = fields('mandate_outsider').find((one) => one.name === 'rep')!
    expect(outsider.fields!.find((one) => one.name === 'person')!.source).toBe('person')
  })
})
