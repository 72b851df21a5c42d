import { describe, expect, it } from 'vitest'
import en from './ui.en.json'
import guideEn from '@/generated/guide.en.json'
import guideZh from '@/generated/guide.zh.json'
import acts from '@/generated/acts.json'
import { SAMPLE_FOR, SAMPLE_INTO, TERMS_OF } from './guide'
import zh from './ui.zh.json'

const sources = import.meta.glob('/src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>
type Tree = { [key: string]: string | Tree }
const flat = (tree: Tree, at = ''): string[] => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [`${at}${key}`] : flat(value, `${at}${key}.`)))
const keys = new Set(flat(zh as Tree))
const code = Object.entries(sources).filter(([file]) => !file.endsWith('.test.ts') && !file.includes('/generated/'))

describe('the words of the screens', () => {
  it('are the same in both languages', () => expect(flat(en as Tree).sort()).toEqual([...keys].sort()))
  it('are there wherever a page asks for one', () => {
    const asked = code.flatMap(([file, text]) => [...text.matchAll(/(?<![\w.])\$?t\('([a-z_]+(?:\.[a-z_0-9A-Z-]+)*)'/g)].map((found) => `${file}: ${found[1]}`))
    expect(asked.filter((one) => !keys.has(one.split(': ')[1]!))).toEqual([])
    expect(asked.length).toBeGreaterThan(200)
  })
  it('stand in the catalogues and nowhere else', () => {
    const han = /[\u4e00-\u9fff]/
    const bare = (text: string) => text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$|(?<=\s)\/\/ .*$/gm, '')
    // days and articles are put together by rule, in tools/days.ts and stores/law.ts; money says its unit
    const byRule = ['/src/tools/days.ts', '/src/stores/law.ts', '/src/tools/money.ts']
    const said = code.filter(([file]) => !byRule.includes(file)).flatMap(([file, text]) => bare(text).split('\n').filter((line) => han.test(line)).map((line) => `${file}: ${line.trim()}`))
    expect(said).toEqual([])
  })
})

describe('the guide', () => {
  it('explains only words that both languages have', () => {
    const asked = Object.values(TERMS_OF).flat()
    for (const said of [guideZh, guideEn]) expect(asked.filter((one) => !(`glossary.${one}.says` in said))).toEqual([])
    expect(Object.keys(guideEn).sort()).toEqual(Object.keys(guideZh).sort())
  })
  it('has a sample for acts that are there', () => {
    expect(Object.values(SAMPLE_FOR).filter((one) => !(one in acts.acts))).toEqual([])
    const fields = (act: string) => (acts.schemas as unknown as Record<string, { properties: object }>)[(acts.acts as unknown as Record<string, { schema: string }>)[act]!.schema]!.properties
    for (const [act, { step, field }] of Object.entries(SAMPLE_INTO)) expect([field in fields(act), SAMPLE_FOR[step]]).toEqual([true, act])
  })
})
