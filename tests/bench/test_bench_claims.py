"""What the benchmark asks by claims is answered by a real server as the benchmark has it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench.exchange import Exchange
from bench.load import Pressure, burst
from bench.machine import Cores
from bench.servers import claims as federated
from lxml import etree

from bench import claims, exchange, generator, inside, report

CORES = Cores(None, None)
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
KEYS = {claims.HOLDER: "SymmetricKey", claims.BEARER: "Bearer"}
ASSERTION = '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:1.0:assertion"/>'
ENCRYPTED = '<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>'


def issued(inner: str) -> etree._Element:
    token = f"<t:RequestedSecurityToken>{inner}</t:RequestedSecurityToken>"
    return etree.fromstring(f'<t:Response xmlns:t="{TRUST}">{token}</t:Response>')


def test_tokens_are_had_and_calls_made(tmp_path: Path) -> None:
    with federated.serve(CORES, tmp_path) as server:
        assert set(server.exchanges) == set(claims.KINDS)
        found: dict[str, Any] = dict(server.exchanges)
        for asked in found.values():
            exchange.ask(asked)
        # No other kind of answer passes for one: the token for a party that reads it in clear.
        with pytest.raises(AssertionError):
            exchange.ask(replace(found[claims.BEARER], check=claims.check_encrypted))
        refused = replace(found[claims.HOLDER], fresh=_stale(found[claims.HOLDER]))
        with pytest.raises(AssertionError, match="500"):
            exchange.ask(refused)
        # A message that came before is refused: hence each one is made anew.
        body = found[claims.BY_CLAIMS].requests(0)[0][1]
        again = replace(found[claims.BY_CLAIMS], fresh=lambda: body)
        exchange.ask(again)
        with pytest.raises(AssertionError, match="500"):
            exchange.ask(again)
        # What takes longer than a burst is waited for: the password is hashed in earnest.
        done = burst(found[claims.SIGN_IN], server.group, Pressure(0, 1), CORES)
        assert done.done == 1
        assert done.cpu_seconds > 0


def _stale(asked: Exchange) -> Any:
    assert asked.fresh is not None
    body = asked.fresh().replace("Created>20", "Created>19").replace("Expires>20", "Expires>19")
    return lambda: body


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (claims.check_assertion, ASSERTION, ENCRYPTED),
        (claims.check_encrypted, ENCRYPTED, ASSERTION),
    ],
)
def test_an_answer_without_the_token_is_refused(
    check: exchange.Check, right: str, wrong: str
) -> None:
    check("", issued(right))
    for other in (wrong, "", right + right):
        with pytest.raises(AssertionError):
            check("", issued(other))


def test_an_answer_without_the_row_is_refused() -> None:
    claims.check_row("", etree.fromstring("<r><b:key xmlns:b='urn:b'>fullname</b:key></r>"))
    with pytest.raises(AssertionError):
        claims.check_row("", etree.fromstring("<r><b:key xmlns:b='urn:b'>systemuserid</b:key></r>"))


def test_an_organization_is_called_by_its_name_where_names_do_not_resolve() -> None:
    calls = claims.Calls("https://contoso.xrm.localhost:8444/", Path("ca.pem"), "user")
    asked = calls.by_access_token("token")
    assert asked.origin == "https://localhost:8444"
    lines = generator.spell(asked, asked.paths[0], asked.bodies[0]).split(b"\r\n")
    assert lines[0] == b"POST /XRMServices/2011/Organization.svc/web HTTP/1.1"
    hosts = [line for line in lines if line.lower().startswith(b"host:")]
    assert hosts == [b"Host: contoso.xrm.localhost:8444"]


@pytest.mark.parametrize("kind", inside.KINDS)
def test_the_service_alone_answers_what_is_asked_of_the_server(kind: str) -> None:
    with inside.KINDS[kind]() as answer:
        tokens = [etree.fromstring(answer().body).find(f".//{{{TRUST}}}KeyType") for _ in range(2)]
    assert {each.text.rpartition("/")[2] for each in tokens} == {KEYS[kind]}


def test_the_table_says_what_claims_cost() -> None:
    rates = {
        report.SIGNING: [4000.0],
        report.PASSWORD: [10.0],
        (report.ALONE, claims.BEARER): [1600.0],
        (report.ALONE, claims.HOLDER): [960.0],
        (report.OURS, claims.BEARER): [1200.0],
        (report.OURS, claims.HOLDER): [800.0],
        (report.OURS, claims.SIGN_IN): [9.0],
        (report.OURS, claims.BY_CLAIMS): [900.0],
        (report.OURS, claims.BY_ACCESS_TOKEN): [1800.0],
    }
    rows = [line for line in report.table(rates).splitlines() if "SAML" in line or "claims" in line]
    ratios = ["x0.40", "x0.24", "x0.30", "x0.20", "x0.50"]
    assert [row.split("|")[2].strip() for row in rows] == ratios
    aims = ["x0.35, met", "x0.25, missed", "x0.35, missed", "x0.25, missed", ""]
    assert [row.split("|")[5].strip() for row in rows] == aims
    assert "with argon2id, to bare argon2id | x0.90 |" in report.table(rates)
