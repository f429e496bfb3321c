// oauth2-mock-server as it comes, with one RS256 key.
import { OAuth2Server } from 'oauth2-mock-server'

const { PORT, TLS_KEY, TLS_CERTIFICATE } = process.env
const server = new OAuth2Server(TLS_KEY, TLS_CERTIFICATE)
await server.issuer.keys.generate('RS256')
await server.start(Number(PORT), '127.0.0.1')
