"""The old online chain: Microsoft Online's token service of WS-Trust, February 2005 (RST2.srf).

proving     who asks: a name with its password, or the assertion of a federated domain's service
issuing     the token for the organizations of a region: SAML 1.1, encrypted as that service did
"""

from xrm.sts.online.issuing import audience_of, issue, issuer_of, private_keys
from xrm.sts.online.proving import NotProven, Proven, prove

__all__ = ["NotProven", "Proven", "audience_of", "issue", "issuer_of", "private_keys", "prove"]
