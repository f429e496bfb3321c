"""Tokens in the name of others: OnBehalfOf (WS-Trust 1.3 4.1.1) and ActAs (1.4 9.3).

The token of the person is proof that they were at a party of the farm; who may use it for
tokens of another party is named by that party (`RelyingParty.delegates`), as the delegation
authorization rules of AD FS do. The real service decides by rules, here it is a list of names.
"""

from typing import NamedTuple

from xrm.sts.adfs.issuing import Subject
from xrm.sts.adfs.trust.asked import Asked, Refused
from xrm.sts.adfs.trust.presented import OF_PARTIES, NotBelieved, believed
from xrm.sts.model import RelyingParty


class Spoken(NamedTuple):
    """Who a token will be about, and who acts in their name if that is to be seen."""

    subject: Subject
    actor: Subject | None = None


def spoken(asked: Asked, party: RelyingParty) -> Spoken:
    """Return who the token that is asked for will be about. Raises Refused."""
    request, caller = asked.request, asked.caller.subject
    token = request.on_behalf_of if request.on_behalf_of is not None else request.act_as
    if token is None:
        return Spoken(caller)
    if request.on_behalf_of is not None and request.act_as is not None:
        raise Refused("invalid request", "somebody is named twice")
    name = caller.name.lower()
    if caller.account is None or not name or name not in party.delegates:
        raise Refused("access denied", "the party does not let this person act for others")
    try:
        subject = believed(asked.service, asked.farm, token, wanted=OF_PARTIES).subject
    except NotBelieved as error:
        raise Refused("invalid token", str(error)) from error
    return Spoken(subject, caller if request.act_as is not None else None)
