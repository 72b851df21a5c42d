import { describe, expect, it } from 'vitest'
import { looking } from './looking'

/** A house whose answers take their time: each look reads what stands when it begins. */
function slow() {
  let stands = 0
  const seen: number[] = []
  const under: (() => void)[] = []
  const look = looking(() => {
    const read = stands
    return new Promise<void>((done) => under.push(() => (seen.push(read), done())))
  })
  const answered = async (): Promise<void> => {
    under.shift()!()
    for (let n = 0; n < 5; n++) await Promise.resolve()
  }
  return { look, seen, answered, write: () => ++stands, waiting: () => under.length }
}

describe('a look', () => {
  it('that is wanted while one is under way is taken after it, and sees what was written meanwhile', async () => {
    const house = slow()
    void house.look()
    house.write()
    const wanted = [house.look(), house.look(), house.look()]
    expect(house.waiting()).toBe(1)
    await house.answered()
    expect(house.seen).toEqual([0])
    expect(house.waiting()).toBe(1)
    await house.answered()
    await Promise.all(wanted)
    expect(house.seen).toEqual([0, 1])
  })

  it('is shared by all who want it, and none is left over', async () => {
    const house = slow()
    const both = [house.look(), house.look()]
    await house.answered()
    await house.answered()
    await Promise.all(both)
    expect(house.waiting()).toBe(0)
    void house.look()
    expect(house.waiting()).toBe(1)
  })

  it('that failed does not keep the next from being taken', async () => {
    let n = 0
    const look = looking(() => (n++ ? Promise.resolve() : Promise.reject(new Error('away'))))
    const first = look()
    const second = look()
    await expect(first).rejects.toThrow('away')
    await expect(second).resolves.toBeUndefined()
    expect(n).toBe(2)
  })
})
