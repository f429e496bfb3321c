"""The face of AD FS: one mount for all farms, before the paths of Entra ID.

visit     a request at a farm; what an endpoint is
routes    the table of endpoints and the mount
To add an endpoint: a function `Visit -> Response` and a line in `routes.ENDPOINTS`.
"""

from xrm.sts.faces.adfs.routes import mount

__all__ = ["mount"]
