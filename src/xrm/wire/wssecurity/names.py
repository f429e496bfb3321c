"""Names of WS-Security 1.0 and 1.1 and of its token profiles."""

from xrm.wire.soap.envelope import SECURITY, WSSE, WSU

__all__ = ["SECURITY", "WSSE", "WSU"]

WSSE_11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
SAML_11 = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML_20 = "urn:oasis:names:tc:SAML:2.0:assertion"

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
PASSWORD_TEXT = f"{_WSS}username-token-profile-1.0#PasswordText"
BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"
X509_V3 = f"{_WSS}x509-token-profile-1.0#X509v3"
SUBJECT_KEY_ID = f"{_WSS}x509-token-profile-1.0#X509SubjectKeyIdentifier"
THUMBPRINT = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
SAML_11_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
SAML_20_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID"
SAML_11_KIND = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"
SAML_20_KIND = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"

ID = f"{{{WSU}}}Id"
SIGNATURE = f"{{{DSIG}}}Signature"
REFERENCE = f"{{{WSSE}}}SecurityTokenReference"
TOKENS = frozenset(
    {f"{{{SAML_11}}}Assertion", f"{{{SAML_20}}}Assertion", f"{{{XENC}}}EncryptedData"}
    | {f"{{{SAML_20}}}EncryptedAssertion"}
)
"""Elements that are an issued token."""
