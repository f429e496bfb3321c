"""Headers taken apart at random: whatever is sent gets an answer that was meant for it."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.claiming import WSSE, Claims, holder
from support.taken_apart import CHANGES, Change, change
from xrm.wire import saml

_KNOWN = {"FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"}


@given(
    changes=CHANGES,
    version=st.sampled_from(["1.1", "2.0"]),
    kind=st.sampled_from(["symmetric", "asymmetric", "bearer"]),
    clear=st.booleans(),
)
def test_a_header_taken_apart_is_answered_as_what_it_is(
    claims: Claims,
    changes: list[Change],
    version: saml.Version,
    kind: str,
    clear: bool,
) -> None:
    more = {
        "symmetric": {},
        "asymmetric": {
            "confirmation": saml.Confirmation(kind="holder-of-key", key=holder().public_key())
        },
        "bearer": {"confirmation": saml.Confirmation()},
    }[kind]
    token = claims.token(version=version, to=None if clear else "organization", **more)
    message = claims.message(token)
    if kind != "symmetric":
        message = claims.message(token, key=holder() if kind == "asymmetric" else None)
    root = etree.fromstring(message.document())
    (header,) = root.iter(f"{{{WSSE}}}Security")
    for each in changes:
        change(header, each)
    reply = message.send(etree.tostring(root))
    assert reply.status in (200, 400, 500)
    if reply.status == 500:
        assert reply.subcode in _KNOWN | {"MustUnderstand"}
