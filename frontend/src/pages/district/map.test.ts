import { describe, expect, it } from 'vitest'
import type { Cockpit, Coverage, Covered, Figures } from './figures'
import { drawn, fitting, shownAt, spots, toneOf, type MapDocument } from './map'

const cell = (some: Partial<Figures>) => ({ red: 0, yellow: 0, agreed_rate: null, turnout: null, enterprises: 5, ...some }) as Figures
const tile = (code: string, x: number, y: number) => ({ code, name_zh: code, name_en: code, x, y })

describe('what a place shows', () => {
  it('is hidden where the API hides it, by whatever measure', () => {
    for (const measure of ['agreed', 'due', 'late', 'votes'] as const) expect(shownAt(measure, null, undefined)).toEqual({ tone: 'few', said: '' })
    expect(shownAt('established', cell({}), null)).toEqual({ tone: 'few', said: '' })
  })
  it('is a share in four steps, or a count', () => {
    expect(shownAt('agreed', cell({ agreed_rate: '69.9' }), undefined)).toEqual({ tone: 't3', said: '70%' })
    expect(shownAt('established', null, { established: '70.0' } as Covered)).toEqual({ tone: 't4', said: '70%' })
    expect(shownAt('late', cell({ red: 3 }), undefined)).toEqual({ tone: 'over', said: '3' })
    expect(shownAt('due', cell({}), undefined)).toEqual({ tone: 't1', said: '0' })
    expect(shownAt('votes', cell({}), undefined)).toEqual({ tone: 'none', said: '' })
    expect([0, 35, 50, 70].map(toneOf)).toEqual(['t1', 't2', 't3', 't4'])
  })
})

describe('the places of a map', () => {
  it('has every tile, and a row of those nobody has laid out', () => {
    const map = { laid_out: true, shapes: null, tiles: [tile('b', 1, 1), tile('a', 2, 0)] } as unknown as MapDocument
    const found = { by_place: { a: cell({ red: 2 }), z: cell({}) } } as unknown as Cockpit
    const shown = spots(map, found, { by_place: {} } as unknown as Coverage, 'late', (code) => code)
    expect(shown.map((one) => [one.code, one.x, one.y, one.said])).toEqual([['a', 2, 0, '2'], ['b', 1, 1, ''], ['z', 0, 2, '0']])
  })
  it('puts north at the top and every shape on the sheet', () => {
    const square = (west: number, south: number) => [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    const feature = (code: string, geometry: unknown) => ({ type: 'Feature', properties: { code }, geometry })
    const shapes = { type: 'FeatureCollection', features: [feature('south', { type: 'Polygon', coordinates: [square(0, 0)] }), feature('north', { type: 'MultiPolygon', coordinates: [[square(1, 1)]] })] }
    const sheet = drawn(shapes as unknown as NonNullable<MapDocument['shapes']>, 200)
    const [south, north] = sheet.places
    expect(north!.at[1]).toBeLessThan(south!.at[1])
    expect(north!.at[0]).toBeGreaterThan(south!.at[0])
    expect(sheet.height).toBeCloseTo(200 / Math.cos(Math.PI / 180), 0)
    expect(south!.path).toMatch(/^M0\.0 /)
  })
  it('writes into a shape only what stands inside it, the most wanted first', () => {
    expect(fitting({ room: 100, tall: 60 }, ['盈丰', '86%', '逾期 1'], 14)).toEqual(['盈丰', '86%', '逾期 1'])
    expect(fitting({ room: 100, tall: 40 }, ['盈丰', '86%', '逾期 1'], 14)).toEqual(['盈丰', '86%'])
    expect(fitting({ room: 40, tall: 60 }, ['萧山信息港园区', '86%'], 14)).toEqual(['86%'])
    expect(fitting({ room: 9, tall: 9 }, ['盈丰'], 14)).toEqual([])
  })
})
