"""The face of AD FS: one mount for all farms, before the paths of Entra ID.

visit        a request at a farm; what an endpoint is
routes       the table of endpoints and the mount
programs     what programs call: oauth (tokens, devices, userinfo), metadata; answers: CORS, errors
interactive  where people sign in by OAuth: authorize, device page, sign-out
people       a browser's request to the dispatcher and back;  showing, cookies
To add an endpoint: a function `Visit -> Response` and a line in a table that `routes` joins.
"""

from xrm.sts.faces.adfs.routes import mount

__all__ = ["mount"]
