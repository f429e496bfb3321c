// Makes the database of the service from rows on standard input, one JSON object a line. The
// columns named on the command line get an index each, as xrm has them of itself.
const { createInterface } = require('node:readline')
const cds = require('@sap/cds')

const CHUNK = 5000

async function fill(indexed) {
  await cds.deploy(['db', 'srv']).to('db')
  const database = await cds.connect.to('db')
  let rows = []
  const flush = async () => {
    await database.run(INSERT.into('leads').entries(rows))
    rows = []
  }
  for await (const line of createInterface({ input: process.stdin })) {
    rows.push(JSON.parse(line))
    if (rows.length === CHUNK) await flush()
  }
  if (rows.length) await flush()
  for (const column of indexed) {
    await database.run(`CREATE INDEX leads_${column} ON leads (${column}, leadid)`)
  }
}

fill(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
