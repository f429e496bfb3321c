"""How messages are sent: in whose name, and as which version of the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from xrm.client.soap.values import Entity
from xrm.wire.soap.contract import XRM
from xrm.wire.xml import escape, quote

SDK_VERSION = "9.2.0.0"


@dataclass(frozen=True, slots=True)
class Manner:
    """How messages are sent: in whose name, as which version of the SDK, and records' classes."""

    caller_id: UUID | None = None
    caller_object_id: UUID | None = None
    sdk_client_version: str = SDK_VERSION
    types: Mapping[str, type[Entity]] = field(default_factory=dict)

    def headers(self) -> list[str]:
        """Return the header blocks of an envelope (data namespace)."""
        told = {
            "SdkClientVersion": self.sdk_client_version,
            "UserType": "CrmUser",
            "CallerId": self.caller_id,
            "CallerObjectId": self.caller_object_id,
        }
        return [
            f'<{name} xmlns="{quote(XRM)}">{escape(str(value))}</{name}>'
            for name, value in told.items()
            if value is not None
        ]
