"""A farm of AD FS: claims-based sign-in of a tenant's people (WS-Trust, WS-Federation, OAuth).

farm        its addresses and names; a person as Active Directory names them; people: by name
parties     relying-party trusts: kept, found by the address a token is asked for
providers   claims-provider trusts;  given: what an administrator may say of either
described   either trust as its federation metadata describes it
rules       from what is known of a person to the claims a relying party is given
issuing     the one place where SAML tokens are made
encryption  the farms' own key pairs, which others encrypt to
serving     the token service as a farm's clients and people meet it: no second engine
trust/      WS-Trust;  passive/: WS-Federation;  oauth/: clients, tokens, words of OAuth
"""

from xrm.sts.adfs.farm import Account, Farm

__all__ = ["Account", "Farm"]
