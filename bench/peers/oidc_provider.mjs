// oidc-provider with its memory adapter: client credentials, RS256 JWT access tokens for one
// resource, with as many claims as a Dynamics token carries.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'

const { PORT, TLS_KEY, TLS_CERTIFICATE, CLIENT_ID, CLIENT_SECRET, RESOURCE } = process.env
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }

const resourceServer = {
  scope: 'user_impersonation',
  audience: RESOURCE,
  accessTokenFormat: 'jwt',
  accessTokenTTL: 3600,
  jwt: { sign: { alg: 'RS256' } },
}

const provider = new Provider(`https://localhost:${PORT}`, {
  jwks: { keys: [signingKey] },
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: () => resourceServer },
  },
  extraTokenClaims: () => ({
    appid: CLIENT_ID,
    appidacr: '1',
    idp: 'https://localhost/tenant/',
    oid: 'b7c6a5f4-93d2-4e01-8f10-2d3c4b5a6978',
    tid: '0d9c8b7a-6f5e-4d3c-8b2a-190807f6e5d4',
    ver: '1.0',
  }),
})
provider.on('server_error', (_, error) => console.error(error))

const tls = { key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERTIFICATE) }
createServer(tls, provider.callback()).listen(Number(PORT), '127.0.0.1')
