"""A farm of AD FS: claims-based sign-in of a tenant's people (WS-Trust, WS-Federation, OAuth).

farm      its addresses and names; a person as Active Directory names them
parties   relying-party trusts: kept, found by the address a token is asked for
rules     from what is known of a person to the claims a relying party is given
issuing   the one place where SAML tokens are made
"""

from xrm.sts.adfs.farm import Account, Farm

__all__ = ["Account", "Farm"]
