import { expect, it } from 'vitest'
import { NoMap, shapesIn } from './shapes'

const places = [{ code: '330109001', name_zh: '城厢街道', name_en: 'Chengxiang' }, { code: '330109002', name_zh: '北干街道', name_en: 'Beigan' }]
const ring = [[120.12345678, 30, 7], [120.2, 30, 7], [120.2, 30.1, 7], [120.12345678, 30, 7]]
const feature = (properties: object, type = 'Polygon') => ({ type: 'Feature', properties, geometry: { type, coordinates: type === 'Polygon' ? [ring] : [[ring]] } })
const file = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })

it('keeps the shape and the code, and nothing else the file says', () => {
  const { shapes, left } = shapesIn(file(feature({ adcode: 330109001, population: 9 }), feature({ name: '北干街道' }, 'MultiPolygon')), places)
  expect(shapes.features.map((one) => one.properties)).toEqual([{ code: '330109001' }, { code: '330109002' }])
  expect(Object.keys(shapes.features[0]!)).toEqual(['type', 'properties', 'geometry'])
  expect((shapes.features[0]!.geometry as { coordinates: number[][][] }).coordinates[0]![0]).toEqual([120.123457, 30])
  expect(left).toEqual([])
})

it('says what it left out, and takes a place once', () => {
  const { shapes, left } = shapesIn(file(feature({ name: '城厢街道' }), feature({ name: '城厢街道' }), feature({ name: '别处镇' }), { type: 'Feature', properties: { name: '北干街道' }, geometry: { type: 'Point', coordinates: [1, 2] } }), places)
  expect(shapes.features).toHaveLength(1)
  expect(left).toEqual(['城厢街道', '别处镇', '北干街道'])
})

it('says why a file is no map', () => {
  const why = (text: string) => {
    try {
      shapesIn(text, places)
    } catch (wrong) {
      return (wrong as NoMap).key
    }
  }
  expect([why('{'), why('null'), why('{"features": []}'), why(file(feature({ name: '别处镇' })))]).toEqual(['no_json', 'no_features', 'no_features', 'no_place'])
})
