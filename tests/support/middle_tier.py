"""A middle tier: an API that people's programs call, and that goes on as whoever called it."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from support.served import Served

SCOPE = {
    "id": str(UUID(int=1)),
    "value": "Leads.Read",
    "type": "User",
    "isEnabled": True,
    "adminConsentDisplayName": "Read leads",
    "adminConsentDescription": "Reads leads as the signed-in person.",
    "userConsentDisplayName": "Read your leads",
    "userConsentDescription": "Reads leads as you.",
}

DYNAMICS = {
    "resourceAppId": "00000007-0000-0000-c000-000000000000",
    "resourceAccess": [{"id": "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4", "type": "Scope"}],
}
"""Access as the signed-in person: user_impersonation."""


@dataclass(frozen=True)
class MiddleTier:
    """Its registration, and the page of the token service that it has codes sent to."""

    client_id: str
    secret: str
    redirect_uri: str

    @property
    def scope(self) -> str:
        return f"api://{self.client_id}/{SCOPE['value']}"


def middle_tier(served: Served, *, token_version: int = 2) -> MiddleTier:
    """Register one by the command line, with a scope of its own.

    Its access to the organization is granted for everybody; that of programs to it is not.
    """
    redirect = f"{served['authority']}/common/oauth2/nativeclient"
    made = served.run("app", "create", "Lead Desk", "--secret", "--redirect-uri", redirect)
    key = made["application_id"]
    content = {
        "identifierUris": [f"api://{key}"],
        "api": {"oauth2PermissionScopes": [SCOPE], "requestedAccessTokenVersion": token_version},
        "requiredResourceAccess": [DYNAMICS],
    }
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.json"
        manifest.write_text(json.dumps(content))
        served.run("app", "manifest", "set", key, str(manifest))
    served.run("app", "permission", "grant", key)
    return MiddleTier(key, made["secret"], redirect)
