import { describe, expect, it } from 'vitest'
import { bounds, curl, doors, found, half, paragraphs, partsOf, pieces, typeOf, type OpenApi } from '@/tools/openapi'

const document = {
  tags: [{ name: 'commands', description: '' }],
  paths: {
    '/a/{id}': { post: { operationId: 'send_it', tags: ['commands'], summary: '发出 · Send it', description: '', parameters: [{ name: 'Idempotency-Key', in: 'header' }], responses: {}, security: [{ bearer: [] }, { portal: ['cases'] }], requestBody: { content: { 'application/json': { example: { who: "it's" } } } } } },
    '/b': { get: { operationId: 'look', tags: ['commands'], summary: '看 · Look', description: '', responses: {}, security: [] } },
  },
  components: { schemas: {}, responses: {}, examples: {} },
} as unknown as OpenApi

describe('the document of the interface', () => {
  it('is read in one language', () => {
    expect([half('发出 · Send it', 'zh'), half('发出 · Send it', 'en'), half('one word', 'en')]).toEqual(['发出', 'Send it', 'one word'])
    expect(paragraphs('Docs.\n\n说明。\n\n由谁办 · By: us', 'zh')).toEqual(['说明。', '由谁办 · By: us'])
    expect(paragraphs('Docs.\n\n说明。\n\n由谁办 · By: us', 'en')).toEqual(['Docs.', '由谁办 · By: us'])
    expect(pieces('with `code`, **strong**')).toEqual([{ text: 'with ', kind: '' }, { text: 'code', kind: 'code' }, { text: ', ', kind: '' }, { text: 'strong', kind: 'strong' }])
  })
  it('is searched by any words, and says what a portal needs', () => {
    const [send, look] = doors(document)
    expect([send!.scope, look!.scope, send!.open, look!.open]).toEqual(['cases', null, false, true])
    expect([found(send!, 'POST 发出'), found(send!, 'send_it'), found(look!, 'send'), found(look!, '')]).toEqual([true, true, false, true])
  })
  it('gives a request that a shell reads as it stands', () => {
    const [send, look] = doors(document)
    expect(curl(document, send!, 'http://h')).toContain(`-d '{"who":"it'\\''s"}'`)
    expect(curl(document, look!, 'http://h')).toBe("curl -s 'http://h/b'")
  })
  it('says types in a line, and what they are made of', () => {
    const list = { anyOf: [{ type: 'array', items: { $ref: '#/components/schemas/Topic' } }, { type: 'null' }] }
    expect([typeOf(list), partsOf(list)]).toEqual(['[Topic] | null', ['Topic']])
    expect([typeOf({ enum: ['a', null] }), typeOf({ type: 'string', format: 'date' }), typeOf({ const: 'x' }), typeOf({ type: 'array', prefixItems: [{ type: 'integer' }], items: false })]).toEqual(['"a" | null', 'string · date', '"x"', '[integer]'])
    expect(bounds({ anyOf: [{ type: 'string', maxLength: 4 }, { type: 'null' }] })).toEqual(['≤ 4'])
  })
})
