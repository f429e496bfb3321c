"""The server inside a test: what the fixture promises, through an ordinary client."""

import httpx2
import pytest

import xrm
from xrm.testing import Server


def test_a_client_has_the_rights_of_its_role(xrm_server: Server) -> None:
    with xrm_server.client(role="Basic User") as org:
        assert list(org.query("leads", select=["subject"])) == []
        key = org.create("leads", {"subject": "Mine", "lastname": "Doe"})
        assert [lead["leadid"] for lead in org.query("leads", select=["subject"])] == [str(key)]
        org.delete("leads", key)
    with xrm_server.client(role="System Administrator") as org:
        assert len(list(org.query("leads", select=["subject"]))) == 80


def test_a_service_without_a_user_is_refused(xrm_server: Server) -> None:
    with (
        xrm_server.client(role=None) as org,
        pytest.raises(xrm.errors.ForbiddenError, match="not a member"),
    ):
        org.whoami()


def test_a_person_has_a_user_in_the_role(xrm_server: Server) -> None:
    made = xrm_server.person(role="Basic User")
    with xrm_server.client(role="System Administrator") as org:
        wanted = f"azureactivedirectoryobjectid eq {made.object_id}"
        (user,) = org.query("systemusers", select=["domainname", "isdisabled"], filter=wanted)
        assert (user["domainname"], user["isdisabled"]) == (made.username, False)
    assert xrm_server.facts.username == "sales@contoso.localhost"
    assert xrm_server.facts.password


def test_a_moved_clock_expires_tokens(xrm_server: Server) -> None:
    import ssl

    with xrm_server.client() as org:
        token = org.access_token().reveal()
    context = ssl.create_default_context(cafile=str(xrm_server.facts.ca_bundle))
    with httpx2.Client(verify=context, headers={"Authorization": f"Bearer {token}"}) as http:
        url = f"{xrm_server.facts.web_api_url}WhoAmI"
        assert http.get(url).status_code == 200
        with xrm_server.advance(90 * 60 + 301):
            assert http.get(url).status_code == 401
        assert http.get(url).status_code == 200


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError) as caught, Server(host="203.0.113.1"):
        pass
    assert "203.0.113.1" in str(caught.value.__cause__)
