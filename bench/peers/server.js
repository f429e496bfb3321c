// What `cds serve` starts in this folder: CAP as it comes, listening over TLS.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:https')
const cds = require('@sap/cds')

const { TLS_KEY, TLS_CERTIFICATE } = process.env

cds.on('bootstrap', (app) => {
  const tls = { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERTIFICATE) }
  app.listen = (port) => createServer(tls, app).listen(Number(port), '127.0.0.1')
})

module.exports = cds.server
