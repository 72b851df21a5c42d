// A portal written against what the stock generator made of our document, as its own README says.
import { getNext, listCases, openCase, portalUsage, readEvents } from './client'
import { createClient } from './client/client'

declare const process: { argv: string[] }

async function main(url: string, token: string, enterprise: string, portal: string): Promise<void> {
  const client = createClient({ baseUrl: url, auth: token })
  const before = await listCases({ client })
  const opened = await openCase({ client, body: { enterprise, wage_year: 2026 }, headers: { 'Idempotency-Key': 'one' } })
  if (!opened.data) throw new Error(JSON.stringify(opened.error))
  const events = await readEvents({ client, query: { limit: 5 } })
  const next = await getNext({ client, path: { case_id: opened.data.case } })
  const refused = await getNext({ client, path: { case_id: 'n-nobody' } })
  const usage = await portalUsage({ client, path: { client_id: portal } })
  const day = usage.data?.rows[0]?.days[0]
  console.log(
    JSON.stringify({
      before: before.data?.rows.length,
      first: events.data?.rows[0]?.type,
      asks: (next.data?.possible.length ?? 0) > 0,
      refused: refused.error?.code,
      requests: day?.requests,
      errors: day?.errors,
    }),
  )
}

void main(...(process.argv.slice(2) as [string, string, string, string]))
