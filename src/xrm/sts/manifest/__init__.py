"""An application's registration as JSON: as Microsoft Graph writes it, and as Azure AD Graph did.

paths     both forms spread out to dotted paths of the Graph form, and put together again
members   which path is which member of `Application`; the others are kept for their owner
credentials  secrets and certificates, without what is secret
items     the structured members: permissions, roles, required access, redirect URIs
checks    types, limits and addresses: what the service refuses
"""

from xrm.sts.manifest.checks import EnabledPermission
from xrm.sts.manifest.credentials import moment, write_certificate, write_secret
from xrm.sts.manifest.items import write_role, write_scope
from xrm.sts.manifest.members import Form, read, write

__all__ = [
    "EnabledPermission",
    "Form",
    "moment",
    "read",
    "write",
    "write_certificate",
    "write_role",
    "write_scope",
    "write_secret",
]
