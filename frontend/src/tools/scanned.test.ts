import { describe, expect, it, vi } from 'vitest'
import { forget, scanned } from './scanned'

describe('the code behind the #', () => {
  it('leaves the address at once, outlives the way to the sign-in page, and is forgotten when it was used', () => {
    const replaced = vi.fn()
    vi.stubGlobal('location', { hash: '#k3', pathname: '/c/n1/check-in', search: '' })
    vi.stubGlobal('history', { state: null, replaceState: replaced })
    expect(scanned('n1')).toBe('k3')
    expect(replaced).toHaveBeenCalledWith(null, '', '/c/n1/check-in')
    vi.stubGlobal('location', { hash: '', pathname: '/c/n1/check-in', search: '' })
    expect(scanned('n1')).toBe('k3')
    expect(scanned('n2')).toBeNull()
    forget('n1')
    expect(scanned('n1')).toBeNull()
    vi.unstubAllGlobals()
  })
})
