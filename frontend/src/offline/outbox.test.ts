import { beforeEach, describe, expect, it } from 'vitest'
import type { Receipt } from '@/api/documents'
import { Problem } from '@/api/problem'
import { Outbox, type Act, type Box, type World } from './outbox'

/** A disk that tabs share and reloads do not clear; what is read of it is a copy. */
class Disk implements Box {
  private rows = new Map<number, string>()
  private last = 0
  add = async (act: Omit<Act, 'id'>): Promise<number> => {
    this.rows.set(++this.last, JSON.stringify({ ...act, id: this.last }))
    return this.last
  }
  all = async (person: string): Promise<Act[]> =>
    [...this.rows.values()].map((one) => JSON.parse(one) as Act).filter((one) => one.person === person)
  put = async (act: Act): Promise<void> => void this.rows.set(act.id, JSON.stringify(act))
  drop = async (id: number): Promise<void> => void this.rows.delete(id)
}

/** A server that does an act once for each key, behind a network that may break on the way there or on the way back. */
class Server {
  done: string[] = []
  asked: string[] = []
  network: 'up' | 'down' | 'lost on the way back' = 'up'
  refuses = new Map<string, Problem>()
  send = async (act: Act): Promise<Receipt> => {
    await Promise.resolve()
    if (this.network === 'down') throw new Problem(0, 'offline')
    this.asked.push(act.command)
    const no = this.refuses.get(act.command)
    if (no) throw no
    const repeated = this.done.includes(act.key)
    if (!repeated) this.done.push(act.key)
    if (this.network === 'lost on the way back') throw new Problem(0, 'offline')
    return { case: act.case, entries: [], warnings: [], repeated }
  }
}

let disk: Disk
let server: Server
let proved: boolean
let who: string | null
let time: number
let lock: Promise<unknown>

/** A page that was opened: in another tab, or after a reload. */
const opened = (more: Partial<World> = {}): Outbox =>
  new Outbox({
    box: disk,
    alone: (work) => {
      const mine = lock.then(work)
      lock = mine.catch(() => undefined)
      return mine
    },
    send: server.send,
    proved: () => proved,
    who: () => who,
    now: () => time,
    ...more,
  })
const act = (command: string, more: Partial<Act> = {}) => ({
  person: 'p1', key: `key-${command}`, path: `/api/v1/negotiations/n1/${command}`, body: {}, seat: null, command, case: 'n1', name: '',
  binding: false, raw: {}, at: 0, ...more,
})
const states = async (): Promise<string[]> => (await opened().list('p1')).map((one) => `${one.command} ${one.state}`)

beforeEach(() => {
  disk = new Disk()
  server = new Server()
  ;[proved, who, time, lock] = [false, 'p1', 0, Promise.resolve()]
})

describe('acts that are on their way', () => {
  it('are done, and nothing is left, where the network is up', async () => {
    expect(await opened().take(act('a'))).toMatchObject({ kind: 'sent', receipt: { repeated: false } })
    expect(await states()).toEqual([])
  })

  it('wait while there is no network, and go out once, in the order they were written', async () => {
    server.network = 'down'
    for (const one of ['a', 'b', 'c']) expect(await opened().take(act(one, { case: one === 'b' ? 'n2' : 'n1' }))).toMatchObject({ kind: 'waits' })
    expect(await states()).toEqual(['a waiting', 'b waiting', 'c waiting'])
    server.network = 'up'
    await opened().flush()
    await opened().flush()
    expect(server.asked).toEqual(['a', 'b', 'c'])
    expect(await states()).toEqual(['a sent', 'b sent', 'c sent'])
  })

  it('keep their order over all cases while one is not answered, and say how long the server wants to be left alone', async () => {
    server.network = 'down'
    for (const [one, of] of [['a', 'n1'], ['b', 'n2']] as const) await opened().take(act(one, { case: of }))
    server.network = 'up'
    server.refuses.set('a', new Problem(503, 'busy', {}, 7))
    expect(await opened().flush()).toBe(7)
    expect(server.asked).toEqual(['a'])
  })

  it('are done once where the answer was lost, also over a reload', async () => {
    server.network = 'lost on the way back'
    expect(await opened().take(act('a'))).toMatchObject({ kind: 'waits', act: { tries: 1 } })
    expect(await opened().take(act('b'))).toMatchObject({ kind: 'waits', act: { tries: 0 } })
    server.network = 'up'
    await opened().flush()
    expect(server.done).toEqual(['key-a', 'key-b'])
    expect((await opened().list('p1'))[0]!.receipt!.repeated).toBe(true)
  })

  it('survive a page that dies while it sends, and it is known that they may have arrived', async () => {
    let die = (): void => undefined
    const dead = new Promise<void>((resolve) => (die = resolve))
    // a page that is gone runs no further, and its lock is free
    void opened({ alone: (work) => work(), send: (one) => server.send(one).then(() => (die(), new Promise<Receipt>(() => undefined))) }).take(act('a'))
    await dead
    expect(await states()).toEqual(['a waiting'])
    expect((await opened().list('p1'))[0]!.tries).toBe(1)
    await opened().flush()
    expect(server.done).toEqual(['key-a'])
    expect(await states()).toEqual(['a sent'])
  })

  it('go out of one tab, whichever sees the network first', async () => {
    server.network = 'down'
    for (const one of ['a', 'b']) await opened().take(act(one))
    server.network = 'up'
    const [here, there] = [opened(), opened()]
    await Promise.all([here.flush(), there.flush(), here.flush(), there.take(act('c'))])
    expect(server.asked).toEqual(['a', 'b', 'c'])
  })
})

describe('acts that cannot go on', () => {
  it('stay with what the server said, and hold up what was written after them in the same case alone', async () => {
    server.network = 'down'
    for (const [one, of] of [['a', 'n1'], ['b', 'n1'], ['c', 'n2']] as const) await opened().take(act(one, { case: of }))
    server.network = 'up'
    server.refuses.set('a', new Problem(409, 'refused', { code: 'refused' } as never))
    await opened().flush()
    expect(await states()).toEqual(['a refused', 'b waiting', 'c sent'])
    expect((await opened().list('p1'))[0]!.problem).toMatchObject({ status: 409, document: { code: 'refused' } })
    await opened().flush()
    expect(server.asked).toEqual(['a', 'c'])
    server.refuses.clear()
    await opened().again((await opened().list('p1'))[0]!)
    expect(await states()).toEqual(['a sent', 'b sent', 'c sent'])
  })

  it('let the others go once they were dropped', async () => {
    server.refuses.set('a', new Problem(422, 'not_valid'))
    server.network = 'down'
    for (const one of ['a', 'b']) await opened().take(act(one))
    server.network = 'up'
    await opened().flush()
    await opened().drop((await opened().list('p1'))[0]!)
    await opened().flush()
    expect(await states()).toEqual(['b sent'])
  })

  it('are said at once and not kept where somebody looks on', async () => {
    server.refuses.set('a', new Problem(422, 'not_valid'))
    expect(await opened().take(act('a'))).toMatchObject({ kind: 'refused', problem: { code: 'not_valid' } })
    expect(await states()).toEqual([])
  })

  it('never bind anybody without a proof', async () => {
    server.network = 'down'
    proved = true
    await opened().take(act('a', { binding: true }))
    ;[server.network, proved] = ['up', false]
    await opened().flush()
    expect(server.asked).toEqual([])
    expect(await states()).toEqual(['a proof'])
    proved = true
    await opened().flush()
    expect(server.asked).toEqual([])
    await opened().again((await opened().list('p1'))[0]!)
    expect(await states()).toEqual(['a sent'])
  })

  it('wait for a proof that the server wants', async () => {
    server.refuses.set('a', new Problem(403, 'step_up_needed'))
    expect(await opened().take(act('a'))).toMatchObject({ kind: 'waits', act: { state: 'proof', problem: { code: 'step_up_needed' } } })
    server.refuses.clear()
    expect(await opened().settle((await opened().list('p1'))[0]!)).toMatchObject({ kind: 'sent' })
  })

  it('are tried again after a failure of the server, but not for ever', async () => {
    server.refuses.set('a', new Problem(500, 'defect'))
    await opened().take(act('a'))
    for (let n = 0; n < 6; n++) await opened().flush()
    expect(server.asked).toHaveLength(5)
    expect(await states()).toEqual(['a refused'])
  })
})

describe('whose acts', () => {
  it('nobody sends another one’s, and nobody sees them', async () => {
    server.network = 'down'
    await opened().take(act('a'))
    ;[server.network, who] = ['up', 'p2']
    await opened().flush()
    expect(await opened().list('p2')).toEqual([])
    who = null
    await opened().flush()
    expect(server.asked).toEqual([])
    who = 'p1'
    await opened().flush()
    expect(await states()).toEqual(['a sent'])
  })

  it('stop going out in the middle when somebody else has signed in', async () => {
    server.network = 'down'
    for (const one of ['a', 'b']) await opened().take(act(one))
    server.network = 'up'
    await opened({ send: (one) => ((who = 'p2'), server.send(one)) }).flush()
    expect(server.asked).toEqual(['a'])
  })

  it('wait where the session has ended', async () => {
    server.refuses.set('a', new Problem(401, 'not_signed_in'))
    expect(await opened().take(act('a'))).toMatchObject({ kind: 'waits', act: { state: 'waiting' } })
  })

  it('what was sent is shown for a day', async () => {
    server.network = 'down'
    await opened().take(act('a'))
    server.network = 'up'
    await opened().flush()
    expect(await states()).toEqual(['a sent'])
    time = 86_400_001
    expect(await states()).toEqual([])
  })
})
