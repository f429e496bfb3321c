"""POST to a device code endpoint (RFC 8628 3.1), v1 and v2."""

import orjson

from xrm.model.errors import signin
from xrm.sts.faces.entra import answers
from xrm.sts.faces.entra.answers import Call
from xrm.sts.faces.entra.token import read_request
from xrm.sts.signin import devices
from xrm.wire.http import Response


def begin(call: Call) -> Response:
    """Answer a device that wants to be signed in. Raises SignInError.

    v1 writes numbers as text and names the page `verification_url`, v2 `verification_uri`. Where
    the old spellings are left behind v1 does as v2, and names the page by both for old libraries.
    """
    if call.request.method != "POST":
        raise signin.POST_ONLY(
            f"This endpoint takes POST requests only, not {signin.quote(call.request.method)}."
        )
    code, device = devices.begin(call.service, read_request(call))
    page = f"{call.service.base_url}/common/oauth2/deviceauth"
    v1, old = call.flavour.name == "v1", call.service.profile.old_spellings
    number = str if v1 and old else int
    names = ["verification_url"] * v1 + ["verification_uri"] * (not v1 or not old)
    document = {
        "user_code": device.user_code,
        "device_code": code.reveal(),
        **dict.fromkeys(names, page),
        "expires_in": number(device.expires - device.created),
        "interval": number(device.interval),
        "message": (
            f"To sign in, use a web browser to open the page {page} and enter the code "
            f"{device.user_code} to authenticate."
        ),
    }
    return answers.token_answer(call, orjson.dumps(document))
