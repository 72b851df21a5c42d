import { fenOf, rateOf } from '@/tools/money'
import type { Field } from './shape'

/** What stands in the fields, as typed; and what is sent: whole fen, decimal strings, nothing where nothing was said. */
export type Raw = Record<string, unknown>
export type Errors = Record<string, string>
export interface Compiled {
  body: Record<string, unknown>
  /** By JSON pointer: a key of `form.wrong`. */
  errors: Errors
}

const empty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

export function compile(fields: readonly Field[], raw: Raw, at = ''): Compiled {
  const body: Record<string, unknown> = {}
  const errors: Errors = {}
  for (const field of fields) {
    const where = `${at}/${field.name}`
    const typed = raw[field.name]
    if (empty(typed) && !(field.kind === 'flag' && field.required)) {
      if (field.required) errors[where] = 'required'
      continue
    }
    const value = valueOf(field, typed, where, errors)
    if (value !== undefined) body[field.name] = value
    else if (!(where in errors) && field.required) errors[where] = 'required'
  }
  return { body, errors }
}

/** Of what was wrong, what is not put right yet. */
export const stillWrong = (before: Errors, now: Errors): Errors =>
  Object.fromEntries(Object.keys(before).flatMap((at) => (now[at] ? [[at, now[at]]] : [])))

function valueOf(field: Field, typed: unknown, where: string, errors: Errors): unknown {
  switch (field.kind) {
    case 'group':
      return part(field.fields ?? [], typed as Raw, where, errors)
    case 'list':
      return (typed as Raw[]).map((one, n) => part(field.fields ?? [], one, `${where}/${n}`, errors))
    case 'union':
      return (typed as Raw[]).map((one, n) => {
        const kind = String(one.kind)
        return { kind, ...part(field.members?.[kind] ?? [], one, `${where}/${n}`, errors) }
      })
    case 'flag':
      return typed === '' || typed === undefined ? undefined : typed === true || typed === 'true'
    default:
      return scalar(field, typed, where, errors)
  }
}

function part(fields: readonly Field[], raw: Raw, where: string, errors: Errors): Record<string, unknown> {
  const made = compile(fields, raw ?? {}, where)
  Object.assign(errors, made.errors)
  return made.body
}

function scalar(field: Field, typed: unknown, where: string, errors: Errors): unknown {
  const { schema } = field
  const text = typeof typed === 'string' ? typed.trim() : typed
  if (field.kind === 'money') return checked(fenOf(String(text)), 'money', where, errors)
  if (field.kind === 'rate') return checked(rateOf(String(text)), 'rate', where, errors)
  if (field.kind === 'count') return whole(String(text), schema, where, errors)
  if (field.kind === 'time' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(String(text))) return refuse('time', where, errors)
  if (field.kind === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(String(text))) return refuse('date', where, errors)
  if (typeof text === 'string') {
    if (schema.pattern && !['file', 'hash'].includes(field.kind) && !new RegExp(schema.pattern).test(text)) return refuse('code', where, errors)
    if (schema.maxLength && text.length > schema.maxLength) return refuse('long', where, errors)
  }
  if (Array.isArray(text) && schema.minItems && text.length < schema.minItems) return refuse('few', where, errors)
  return text
}

function whole(text: string, schema: Field['schema'], where: string, errors: Errors): number | undefined {
  const bare = text.replace(/[,，\s]/g, '')
  if (!/^\d{1,15}$/.test(bare)) return refuse('count', where, errors)
  const value = Number(bare)
  if (schema.minimum !== undefined && value < schema.minimum) return refuse('small', where, errors)
  if (schema.maximum !== undefined && value > schema.maximum) return refuse('large', where, errors)
  return value
}

function checked<T>(value: T | null, code: string, where: string, errors: Errors): T | undefined {
  return value === null ? refuse(code, where, errors) : value
}

function refuse(code: string, where: string, errors: Errors): undefined {
  errors[where] = code
  return undefined
}
