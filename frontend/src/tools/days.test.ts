import { expect, test } from 'vitest'
import { datesWhole } from '@/tools/days'

test('no line ends within a date of a sentence of the service', () => {
  const said = datesWhole('2026年4月7日 报送，在期限 4月13日 之内，共 2 项。')
  expect(said.replaceAll('\u2060', '')).toBe('2026年4月7日 报送，在期限 4月13日 之内，共 2 项。')
  expect(said).toContain('2026\u2060年\u20604\u2060月\u20607\u2060日 ')
  expect(said).toContain(' 4\u2060月\u206013\u2060日 ')
})
