"""Microsoft Graph at `/graph/v1.0`: the tenant's directory, as far as signing in needs it.

routes        the table of calls, each with the permissions it takes, and the mount
callers       whose token it is
access        which permissions a call takes
objects       applications, principals, grants, people, the tenant
queries, matching    what is asked about a list: filter, order, pages
bodies        JSON in, bounded;  answers, errors: the service's dress
To add a call: a function `Call -> Response` and a row in `routes.ROWS`.
"""

from xrm.sts.faces.graph.routes import mount

__all__ = ["mount"]
