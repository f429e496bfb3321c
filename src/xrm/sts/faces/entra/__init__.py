"""The face of Entra ID: its paths, parameters, documents and errors over `TokenService`.

routes      the table of endpoints and the mount
token       POST to the v1 and v2 token endpoints
metadata    OpenID discovery, keys, instance discovery, user realm
answers     headers, CORS, preflight; `spell`, the one place that words an error
To add an endpoint: a function `Call -> Response` and a line in `routes.ENDPOINTS`.
"""

from xrm.sts.faces.entra.routes import mount

__all__ = ["mount"]
