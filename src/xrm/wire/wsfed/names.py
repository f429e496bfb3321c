"""The namespaces of federation metadata."""

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
FED = "http://docs.oasis-open.org/wsfed/federation/200706"
AUTH = "http://docs.oasis-open.org/wsfed/authorization/200706"
WSA = "http://www.w3.org/2005/08/addressing"
WSX = "http://schemas.xmlsoap.org/ws/2004/09/mex"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

PROTOCOLS = (
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    "http://schemas.xmlsoap.org/ws/2005/02/trust",
    FED,
)
APPLICATION, TOKEN_SERVICE = "ApplicationServiceType", "SecurityTokenServiceType"
