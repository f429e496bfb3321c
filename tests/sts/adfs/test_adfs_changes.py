"""What changes counts from the next request at every process: nothing remembered outlives it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from support.partners import FAILED
from support.trusting import PASSWORD, Password, asking
from xrm.model.secret import Secret
from xrm.sts.adfs import parties
from xrm.sts.registration import people
from xrm.wire.saml import claim_types

CLEAR = "https://clear.contoso.example/"
GOOD = asking(applies_to=CLEAR, key="bearer")
NAME, NEW = "maria@contoso.example", "mia@contoso.example"


def renamed(scene: Any) -> None:
    """Give the name to another person as well, who has another password."""
    people.amend_user(scene.service, scene.maria, lambda one: replace(one, user_principal_name=NEW))
    people.create_user(
        scene.service,
        scene.realm.tenant,
        user_principal_name=NAME,
        display_name="Another",
        password=Secret("another-Horse-7"),
        must_change_password=False,
    )


def disabled(scene: Any) -> None:
    people.set_user_enabled(scene.service, scene.maria, enabled=False)


def deleted(scene: Any) -> None:
    people.delete_user(scene.service, scene.maria)


@pytest.mark.parametrize("change", [renamed, disabled, deleted])
def test_a_name_means_who_has_it_now_at_every_process(
    scene: Any, open_over: Any, change: Callable[[Any], None]
) -> None:
    here, by = scene.realm, Password(NAME)
    there = replace(here, service=open_over(scene.world))
    assert [realm.ask(GOOD, by).status for realm in (here, there, here, there)] == [200] * 4
    change(scene)
    assert [realm.ask(GOOD, by).fault for realm in (there, here)] == [FAILED] * 2
    if change is renamed:
        for realm in (there, here):
            assert realm.ask(GOOD, Password(NEW, PASSWORD)).status == 200
            reply = realm.ask(GOOD, Password(NAME, "another-Horse-7"))
            (upn,) = scene.clear.read(reply, here.certificates).values(claim_types.UPN)
            assert upn == NAME


def test_a_certificate_and_a_key_are_those_of_now_at_every_process(
    scene: Any, open_over: Any
) -> None:
    here, by = scene.realm, Password(NAME)
    there = replace(here, service=open_over(scene.world))
    before = [shown(realm.ask(GOOD, by)) for realm in (here, there)]
    assert before[0] == before[1]
    scene.service.keys.rotate()
    after = [shown(realm.ask(GOOD, by)) for realm in (there, here)]
    assert after[0] == after[1] != before[0]
    parties.update(
        scene.service, here.farm, scene.clear.record.party_id, certificate=scene.org.pair.der
    )
    for realm in (there, here):
        assert realm.ask(GOOD, by).response.token.tag.endswith("EncryptedData")


def shown(reply: Any) -> str:
    """Return the certificate beside the signature of a token in the clear."""
    (found,) = (each.text for each in etree.fromstring(reply.http.body).iter("{*}X509Certificate"))
    return found
