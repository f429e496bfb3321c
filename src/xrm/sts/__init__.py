"""Who you are: the security token service. Knows nothing of organizations.

A token request: faces/entra reads it -> service.issue: directory (tenant, client, resource) ->
clients.prove -> grants/<x>.redeem -> tokens.mint -> the face writes the answer.

service       TokenService, the phases of a token request
model store   the records; put, get, find, delete, take
directory     what a transaction sees, remembered per generation
clients keys  proof by secret or certificate; signing keys, sealed and rotated
claims tokens what a token says; the only mint
registration  tenants, applications, secrets, resources;  audit: who asked for what
To add a grant: grants/__init__.py. An endpoint: a line in faces/entra/routes.py. A record: a row
in store.KINDS. A flavour: a row in model. An error: a row in xrm.model.errors.signin.
"""

from xrm.sts.service import TokenService

__all__ = ["TokenService"]
