// Makes leads.db from the rows in the JSON file named on the command line.
const { readFileSync } = require('node:fs')
const cds = require('@sap/cds')

const CHUNK = 500

async function fill(file) {
  const rows = JSON.parse(readFileSync(file, 'utf8'))
  await cds.deploy(['db', 'srv']).to('db')
  const database = await cds.connect.to('db')
  for (let start = 0; start < rows.length; start += CHUNK) {
    await database.run(INSERT.into('leads').entries(rows.slice(start, start + CHUNK)))
  }
  // xrm indexes the column the search sorts by; without one here the comparison would be of that.
  await database.run('CREATE INDEX leads_lastname ON leads (lastname, leadid)')
}

fill(process.argv[2]).then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
