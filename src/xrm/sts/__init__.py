"""Who you are: the security token service. Knows nothing of organizations.

A token request: faces/entra -> service.issue: clients.prove -> grants/<x>.redeem -> tokens.mint.
A person: faces/entra/interactive -> signin.dispatcher: login > consent > respond -> faces/pages.

service parts  TokenService, the phases of a token request;  profile: faithful and strict
model store directory  the records; put, get, find, take; what stands, remembered per generation
clients accounts       proof by secret or certificate; by password, with lockout
handles        codes, refresh tokens, device codes;  resources: scopes and consent
claims tokens keys     what a token says; the only mint; signing keys
registration   tenants, applications, people, consent;  audit: who asked for what
To add a grant: grants/__init__.py. An endpoint: faces/entra/routes.py. A record: store.KINDS. A
flavour: a row in model. An error: a row in xrm.model.errors.signin. A difference: profile.py.
"""

from xrm.sts.service import TokenService

__all__ = ["TokenService"]
