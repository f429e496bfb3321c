"""Ways to be a caller: each proves an Identity from a request, without the database.

Then `users.admit` finds the user of the organization behind the identity, inside the
message's own transaction; `impersonation` reads in whose name a request asks to run. To add a
way: one module here and its line in WAYS.
"""

from xrm.org.callers import bearer
from xrm.org.callers.identity import Identity, NotAuthenticated, OnBehalf
from xrm.org.callers.impersonation import on_behalf

WAYS = (bearer.identify,)

__all__ = ["WAYS", "Identity", "NotAuthenticated", "OnBehalf", "on_behalf"]
