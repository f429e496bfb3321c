"""Claims-based sign-in by the client: WS-Trust at AD FS, then messages with the token it gave.

description   what a service says of itself: flows that read its WSDL, its token service's mex
issuers       the endpoints of a token service, as its description names them
trust         a request for a token and its answer (WS-Trust); keys of proof
tokens        a token with its key, as it is kept
protecting    an envelope with a token and its signature (WS-Security)
credentials   what is given to a sign-in;  realms: who signs a person in
management    `ServiceManagement` in both worlds: the description, and sign-in by it
The credentials are `xrm.client.credentials.federation`, the door `xrm.client.soap.doors`.
"""
