"""What the token service alone costs: `python -m bench.inside KIND SECONDS`.

Its face answers messages of WS-Trust in a process of its own, one after another: what HTTP, TLS and
the hand-over between threads cost besides is what a server's rate has less.
"""

import itertools
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from bench import claims
from bench.bare import Once, Prepare, report
from bench.claims import Farm
from bench.exchange import Exchange
from bench.servers.claims import SITE, prepared
from bench.servers.people import PASSWORD
from xrm.client.claims.trust import Person
from xrm.model.secret import Secret
from xrm.sts import adfs
from xrm.sts.faces import adfs as face
from xrm.sts.faces import entra
from xrm.wire.http import Mount, Request, Response

_MESSAGES = 200
"""How many are made beforehand; they are answered in turn."""


@contextmanager
def _issuing(*, by_key: bool) -> Iterator[Once]:
    """Prepare the answer to a message that asks for a token, with a key or a bearer's."""
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder)) as (estate, name):
        sts, tenant = estate.sts, estate.tenant
        farm = Farm(adfs.Farm(sts.base_url, tenant).url, Path())
        person = Person(name, Secret(PASSWORD))
        party = estate.organization.url if by_key else SITE
        asked = farm.issues(person, party, "symmetric" if by_key else "bearer")
        mount = face.mount(sts, first=tenant.tenant_id, otherwise=entra.mount(sts))
        messages = [_request(asked) for _ in range(_MESSAGES)]
        asked.check(asked.paths[0], etree.fromstring(_answer(mount, messages[0]).body))
        turns = itertools.cycle(messages)
        yield lambda: _answer(mount, next(turns))


def _request(asked: Exchange) -> Request:
    assert asked.fresh is not None
    body = asked.fresh().encode()
    headers = {
        "host": urlsplit(asked.origin).netloc,
        "content-type": asked.headers["Content-Type"],
        "content-length": str(len(body)),
    }
    return Request(asked.method, asked.paths[0], "", tuple(headers.items()), body, peer="127.0.0.1")


def _answer(mount: Mount, request: Request) -> Response:
    response = mount.route(request).face(request)
    assert response.status == 200, response.body
    return response


KINDS: Mapping[str, Prepare] = {
    claims.HOLDER: partial(_issuing, by_key=True),
    claims.BEARER: partial(_issuing, by_key=False),
}


if __name__ == "__main__":
    report(KINDS, sys.argv)
