"""What a farm does with a token from elsewhere that nobody believes: the same work each time."""

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from support import token_elements
from support.farms import LS, Farms, asking
from support.working import broken, cut_off, flipped, watched
from xrm.wire import saml
from xrm.wire.saml import Assertion, Claim, claim_types
from xrm.wire.wsfed import results
from xrm.wire.wstrust import Lifetime


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return watched(monkeypatch)


def written(farms: Farms) -> etree._Element:
    """Return an unsigned token, such as the other service would sign."""
    now = farms.clock()
    return token_elements.write(
        Assertion(
            id="_a",
            issuer=farms.other.identifier,
            issued=now,
            not_before=now,
            not_on_or_after=now + 600,
            audiences=(farms.farm.identifier,),
            claims=(Claim(claim_types.UPN, ("grace@fabrikam.example",)),),
            authenticated=now,
            method=saml.PASSWORD,
        )
    )


def hidden(farms: Farms, element: etree._Element) -> etree._Element:
    return token_elements.encrypt(element, farms.service.parts.farm_keys.certificate(farms.farm))


def test_whatever_is_wrong_takes_the_same_work(chained: Farms, work: list[str]) -> None:
    plain = written(chained)
    by_stranger = etree.fromstring(etree.tostring(plain))
    by_stranger = token_elements.sign(
        saml.read(by_stranger), key=chained.vault_key, certificate=chained.vault.certificate
    )
    tokens = {
        "by a stranger": hidden(chained, by_stranger),
        "unsigned": hidden(chained, plain),
        "another element": hidden(chained, etree.Element("a")),
        "to somebody else": token_elements.encrypt(by_stranger, chained.vault.certificate),
        "the key broken": broken(hidden(chained, by_stranger), 0, flipped(0)),
        "the vector broken": broken(hidden(chained, by_stranger), 1, flipped(0)),
        "cut off": broken(hidden(chained, by_stranger), 1, cut_off),
    }
    seen = {}
    for name, token in tokens.items():
        visitor = chained.visitor()
        page = visitor.get(LS, asking(whr=chained.other.identifier))
        context = parse_qs(urlsplit(page.location).query)["wctx"][0]
        text = results.write(
            token_elements.text(token), realm="x", lifetime=Lifetime(None, None), kind="urn:x"
        )
        del work[:]
        reply = visitor.post(LS, {"wa": "wsignin1.0", "wresult": text, "wctx": context})
        said = "could not be validated" in reply.text
        seen[name] = reply.status, reply.heading, said, tuple(work)
    first = seen["by a stranger"]
    verified = ("signed_by",) * len(chained.certificates())
    assert first[0] == 400
    assert first[2:] == (True, ("unwrap", "parsed", *verified))
    assert {name: each for name, each in seen.items() if each != first} == {}
