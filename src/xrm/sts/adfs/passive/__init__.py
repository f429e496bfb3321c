"""WS-Federation at a farm: people sign in to web sites, and out of them all at once.

refusals   what a page says is wrong: MSIS numbers, in rows
asked      a request for a token, read and held against its relying party
addresses  which addresses answers and people are sent to: those of a relying party
homes      home realm discovery: which token service the person belongs to
away       to another token service, and back with what it says
chained    the token of another token service, believed or not
purpose    what the dispatcher of sts.signin goes on with: sign-in, then the answer
offered    the claim types that the metadata of a farm names
leaving    sign-out: the session, every site, the token service before this one
"""

from xrm.sts.adfs.passive.leaving import Leaving
from xrm.sts.adfs.passive.purpose import Passive
from xrm.sts.adfs.passive.refusals import PassiveError

__all__ = ["Leaving", "Passive", "PassiveError"]
