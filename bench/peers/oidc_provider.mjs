// oidc-provider with its state in memory: RS256 JWT access tokens for one resource, with as many
// claims as a Dynamics token carries, by client credentials and to people, whom its own development
// pages let in by any password. What a program may do in their name is granted beforehand.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'

const { PORT, TLS_KEY, TLS_CERTIFICATE, CLIENT_ID, CLIENT_SECRET, RESOURCE } = process.env
const { PUBLIC_CLIENT_ID, REDIRECT } = process.env
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'RS256' }

const resourceServer = {
  scope: 'user_impersonation',
  audience: RESOURCE,
  accessTokenFormat: 'jwt',
  accessTokenTTL: 3600,
  jwt: { sign: { alg: 'RS256' } },
}

// Its own adapter keeps the last thousand records only, fewer than a burst makes.
const records = new Map()
const sessions = new Map()
class Memory {
  constructor(model) {
    this.model = model
  }
  key(id) {
    return `${this.model}:${id}`
  }
  async upsert(id, payload) {
    records.set(this.key(id), payload)
    if (payload.uid) sessions.set(payload.uid, id)
  }
  async find(id) {
    return records.get(this.key(id))
  }
  async findByUid(uid) {
    return this.find(sessions.get(uid))
  }
  async consume(id) {
    records.get(this.key(id)).consumed = Math.floor(Date.now() / 1000)
  }
  async destroy(id) {
    records.delete(this.key(id))
  }
}

async function grantedBeforehand({ oidc }) {
  const known = oidc.session.grantIdFor(oidc.client.clientId)
  if (known) return provider.Grant.find(known)
  const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addOIDCScope('openid')
  grant.addResourceScope(RESOURCE, resourceServer.scope)
  await grant.save()
  return grant
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
    {
      client_id: PUBLIC_CLIENT_ID,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: { enabled: true, getResourceServerInfo: () => resourceServer },
  },
  adapter: Memory,
  loadExistingGrant: grantedBeforehand,
  // As xrm does it by default: a refresh token outlives the session and stays good.
  issueRefreshToken: () => true,
  expiresWithSession: () => false,
  rotateRefreshToken: false,
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
