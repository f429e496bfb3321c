"""Messages that came before, at another process of the same farm: another worker, or a restart."""

from dataclasses import replace

import pytest
from lxml import etree

from support import certificates as pairs
from support.partners import GOOD, INSECURE, MARIA
from support.trusting import Certificate
from xrm.sts.adfs.trust import certificates


@pytest.mark.parametrize("proof", ["certificate", "token"])
def test_a_signed_message_comes_once_whichever_process_takes_it(scene, open_over, proof):
    if proof == "token":
        by = scene.realm.signed_in(MARIA)
    else:
        by = Certificate(pairs.make("maria"))
        certificates.add(scene.service, scene.realm.farm, scene.maria, by.pair.der)
    body = etree.tostring(scene.realm.message(GOOD, by))
    path = scene.realm.path(GOOD, by)
    assert scene.realm.post(path, body).status == 200
    other = replace(scene.realm, service=open_over(scene.world))
    assert other.post(path, body).fault == INSECURE
    # Another message of the same credential is none that came before.
    assert other.ask(GOOD, by).status == 200


def test_a_message_with_a_password_may_come_twice(scene, open_over):
    """Nothing in it is signed: who has it can write it anew."""
    body = etree.tostring(scene.realm.message(GOOD, MARIA))
    path = scene.realm.path(GOOD, MARIA)
    other = replace(scene.realm, service=open_over(scene.world))
    assert [one.post(path, body).status for one in (scene.realm, other)] == [200, 200]
