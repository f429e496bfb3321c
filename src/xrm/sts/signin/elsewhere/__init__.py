"""People of federated domains: their own token service signs them in, by WS-Federation.

sending     away to it, with the journey sealed in `wctx`
returning   back, with its assertion, which is believed or refused
leaving     sign-out, which goes on to sign out there; and clean-up, which begins there
"""

from xrm.sts.signin.elsewhere.leaving import CLEAN_UP, Leaving
from xrm.sts.signin.elsewhere.returning import believed
from xrm.sts.signin.elsewhere.sending import freshness, hinted, is_elsewhere, led

__all__ = ["CLEAN_UP", "Leaving", "believed", "freshness", "hinted", "is_elsewhere", "led"]
