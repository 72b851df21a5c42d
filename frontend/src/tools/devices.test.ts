import { describe, expect, it } from 'vitest'
import { deviceWords } from './devices'

describe('a device', () => {
  it('is called by browser and system, and by its own name where neither is known', () => {
    expect(deviceWords('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36')).toBe('Chrome, Linux')
    expect(deviceWords('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0')).toBe('WeChat, iPhone')
    expect(deviceWords('Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0')).toBe('Edge, Windows')
    expect(deviceWords('Python-urllib/3.11')).toBe('Python-urllib/3.11')
  })
})
