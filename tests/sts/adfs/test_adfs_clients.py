"""A client that is changed, as whoever asks the farm for tokens notices it."""

from collections.abc import Iterator

import pytest

from support.farm_clients import ADA, NATIVE, NATIVE_REDIRECT, WEB, Desk, refused
from support.farms import SITE, VAULT, farms_in, give_password
from support.signing_in import cheap_passwords
from xrm.sts.adfs.oauth import clients
from xrm.sts.registration.change import RegistrationError


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("clients")) as farms:
        yield Desk(farms)


def test_a_secret_that_was_reset_takes_the_place_of_all_others(desk: Desk) -> None:
    service, farm = desk.farms.service, desk.farm
    second = clients.add_secret(service, farm, WEB).secret
    for secret in (desk.secret, second):
        assert desk.by_itself(client_secret=secret.reveal(), resource=SITE).status == 200
    _, made = clients.update(service, farm, WEB, reset_secret=True)
    assert made is not None
    for secret in (desk.secret, second):
        answer = desk.by_itself(client_secret=secret.reveal(), resource=SITE)
        assert refused(answer)[:2] == (400, "invalid_client")
    assert desk.by_itself(client_secret=made.secret.reveal(), resource=SITE).status == 200


def test_answers_go_to_the_new_address_alone(desk: Desk) -> None:
    moved = "http://localhost:9999/now"
    clients.update(desk.farms.service, desk.farm, NATIVE, redirect_uris=(moved,))
    page = desk.browse(resource=SITE)
    assert (page.status, page.location) == (400, "")
    assert "MSIS9224" in page.text
    page = desk.browse(resource=SITE, redirect_uri=moved)
    told = give_password(desk.visitor, page, ADA)
    assert told.location.startswith(f"{moved}?code=")
    # A code of before goes with the address it was asked for.
    answer = desk.redeem(code=told.told["code"], redirect_uri=NATIVE_REDIRECT)
    assert refused(answer)[1] == "invalid_grant"


def test_a_client_may_ask_for_what_it_is_now_registered_for(desk: Desk) -> None:
    tokens = desk.by_password(resource=SITE).document
    clients.update(desk.farms.service, desk.farm, NATIVE, parties=(VAULT,), name="Renamed")
    assert refused(desk.by_password(resource=SITE))[0] == 400
    answer = desk.redeem(refresh_token=tokens["refresh_token"], resource=SITE)
    assert refused(answer)[0] == 400
    assert "Renamed" in desk.browse(resource=VAULT).text


def test_a_disabled_client_is_given_nothing_and_back_again_all(desk: Desk) -> None:
    tokens = desk.by_password(resource=SITE).document
    clients.update(desk.farms.service, desk.farm, NATIVE, enabled=False)
    assert refused(desk.by_password(resource=SITE))[0] == 400
    assert refused(desk.redeem(refresh_token=tokens["refresh_token"]))[0] == 400
    clients.update(desk.farms.service, desk.farm, NATIVE, enabled=True)
    assert desk.by_password(resource=SITE).status == 200


def test_a_client_keeps_its_kind(desk: Desk) -> None:
    with pytest.raises(RegistrationError, match="keeps its id and its kind"):
        clients.update(desk.farms.service, desk.farm, NATIVE, kind="confidential")
