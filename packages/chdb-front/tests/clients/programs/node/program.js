// Asks the front with @clickhouse/client; prints a name and what came, a line each.
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'

const [url, username, password, packed] = process.argv.slice(2)
const client = createClient({
  url, username, password, database: 'shop', log: { level: ClickHouseLogLevel.OFF },
  compression: { request: packed === 'packed', response: packed === 'packed' },
})
const rows = async (query, query_params) => (await client.query({ query, query_params, format: 'JSONEachRow' })).json()

async function tell(name, ask) {
  let value
  try { value = JSON.stringify(await ask()) } catch (error) { value = String(error.code ?? error) }
  console.log(`${name}\t${value}`)
}

async function read(query) {
  let n = 0
  const result = await client.query({ query, format: 'JSONEachRow' })
  for await (const some of result.stream()) n += some.length
  return n
}

const insert = (values) => client.insert({ table: 'scratch', values, format: 'JSONEachRow' })

await tell('ping', async () => (await client.ping()).success)
await tell('row', () => rows("SELECT order_id, outcome, accepted_at, day, note, tags FROM orders WHERE order_id = '0'"))
await tell('json', async () => (await (await client.query({ query: 'SELECT count() AS n FROM orders' })).json()).data)
await tell('named', () => rows('SELECT count() AS n FROM orders WHERE unit_id = {unit:UInt32}', { unit: 3000001 }))
await tell('stream', () => read('SELECT number FROM numbers(100000)'))
await tell('unknown', () => rows('SELECT * FROM nowhere'))
await tell('late', () => read("SELECT throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000"))
if (username === 'default') {
  await tell('emptied', async () => Boolean((await client.command({ query: 'TRUNCATE TABLE scratch' })).query_id))
  await tell('inserted', async () => (await insert([{ n: 1, s: 'a' }, { n: 2, s: 'b' }])).summary.written_rows)
  await tell('refused', () => insert([{ n: 12, s: 'a' }, { n: 13, s: 'b' }]))
  await tell('kept', () => rows('SELECT count() AS n FROM scratch'))
}
await client.close()
