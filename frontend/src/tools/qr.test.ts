import { expect, it } from 'vitest'
import { qr } from './qr'

/** What `qrcode` 8 (PyPI) makes of the same: version 5, level L, bytes, mask 0. */
const OTHER: Record<string, string> = {
  'https://talks.example/o#7K3M9Q2RT4VWXY5Z': '06b7551f19830032c4b652cdf69992b5d610df8357d8c1f87f6f2d8415767241',
  a: 'a647a8b76697ff7c4698f638fcfea8bf5eea54980afc4725ed91b6315d3854b9',
}

it('draws what another program draws', async () => {
  for (const [text, hash] of Object.entries(OTHER)) {
    const rows = qr(text)!.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')).join('\n')
    const made = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(rows)))
    expect(Array.from(made, (one) => one.toString(16).padStart(2, '0')).join(''), text).toBe(hash)
  }
})

it('draws nothing of what does not fit', () => {
  expect(qr('a'.repeat(106))).not.toBeNull()
  expect(qr('a'.repeat(107))).toBeNull()
})
