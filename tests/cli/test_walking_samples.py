"""The walk through the sample pages, in Chromium."""

import pytest

from support.served import Served, serving
from xrm.cli.walk.child import attempt
from xrm.cli.walk.signins import SIGN_INS

IN_A_BROWSER = [each for each in SIGN_INS if each.module == "playwright"]
IDS = [each.what for each in IN_A_BROWSER]


@pytest.fixture(scope="module")
def served(require) -> Served:
    for package, program in (("npm", None), ("chromium", None), ("libnss3-tools", "certutil")):
        require(package, "the walk through the samples", program=program)
    with serving("--memory", "--port", "0", "--samples") as running:
        yield running


@pytest.mark.parametrize("sign_in", IN_A_BROWSER, ids=IDS)
def test_a_person_signs_in_to_each_sample(served, sign_in):
    line = attempt(sign_in, dict(served.facts))
    assert (line["state"], line["result"]) == (
        "done", "28 leads, token renewed, signed out"
    )  # fmt: skip


def test_a_person_signs_in_to_each_sample_at_ad_fs(require):
    require("chromium", "the walk through the samples")
    with serving("--memory", "--port", "0", "--samples", "--deployment", "ifd") as running:
        lines = [attempt(each, dict(running.facts)) for each in IN_A_BROWSER]
        with running.http() as http:
            script = http.get(f"{running['samples_url']}spa-msal/config.js").text
    done = ("done", "28 leads, token renewed, signed out")
    assert [(line["state"], line["result"]) for line in lines] == [done] * 3
    assert 'var tenant = "adfs";' in script


def test_what_is_not_signed_in_fails(served):
    line = attempt(IN_A_BROWSER[0], {**served.facts, "username": "nobody@contoso.localhost"})
    assert (line["state"], line["result"]) == ("failed", "the pages do not let this person in")


@pytest.mark.parametrize(
    ("changes", "left_out", "why"),
    [
        ({"password": None}, IDS, "was changed"),
        ({"samples_url": None}, IDS, "xrm serve --samples"),
        ({"profile": "strict"}, IDS[:2], "no access tokens"),
    ],
)
def test_what_cannot_be_tried_is_left_out(served, changes, left_out, why):
    lines = [
        attempt(each, {**served.facts, **changes}) for each in IN_A_BROWSER if each.what in left_out
    ]
    assert [line["state"] for line in lines] == ["left out"] * len(left_out)
    assert all(why in line["result"] for line in lines)


def test_without_chromium_it_is_left_out(served, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    lines = [attempt(each, dict(served.facts)) for each in IN_A_BROWSER]
    assert {(line["state"], line["result"]) for line in lines} == {
        ("left out", "Chromium is not here")
    }
