"""Which door a credential goes through."""

from xrm.client.credentials import Credential
from xrm.client.credentials.bearer import Bearer
from xrm.client.retry import Sender
from xrm.client.soap.doors import Door
from xrm.client.soap.doors.bearer import BearerDoor


def door_of(credential: Credential, sender: Sender) -> Door:
    """Return the door for a credential's tokens."""
    if getattr(credential, "claims", False):
        from xrm.client.soap.doors.claims import ClaimsDoor

        return ClaimsDoor(sender)
    return BearerDoor(Bearer(sender))
