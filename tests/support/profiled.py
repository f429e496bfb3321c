"""A token service of one profile, with a person and three programs: for what the profiles share
and for what they differ in.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from support.signing_in import (
    NAMES_SESSION,
    ORGANIZATION,
    REDIRECT,
    Reply,
    Visitor,
    asking,
    authorize_path,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm import db
from xrm.sts import TokenService, registration
from xrm.sts.model import Application, Tenant, User
from xrm.sts.profile import FAITHFUL, STRICT, Profile
from xrm.sts.registration.people import amend_user

BASE = "https://localhost:8443"
PAGE = "http://localhost/page"
SITE = "https://portal.example/back"
LOGOUT = "https://portal.example/logout"
PROFILES = {"faithful": FAITHFUL, "strict": STRICT}


class Clock:
    """Real time, and what a test adds to it: JWT libraries look at the real clock, too."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Profiled:
    """The service and what is registered in it; `secret` is the portal's."""

    name: str
    service: TokenService
    clock: Clock
    tenant: Tenant
    person: User
    desk: Application
    page: Application
    portal: Application
    secret: str

    @property
    def profile(self) -> Profile:
        """Return the profile of the service."""
        return self.service.profile

    @cached_property
    def signed_in(self) -> Visitor:
        """Return a browser in which the person is signed in, shared by those who only need one."""
        visitor = self.visitor()
        sign_in(visitor, self.asked(visitor), self.person.user_principal_name)
        return visitor

    def visitor(self, **options: Any) -> Visitor:
        """Return a new browser."""
        return Visitor(self.service, **options)

    def asked(
        self,
        visitor: Visitor,
        version: str = "v2",
        *,
        application: Application | None = None,
        **changes: str | None,
    ) -> Reply:
        """Ask for authorization, as the desktop program unless another is named."""
        fields = asking(application or self.desk, version, **changes)
        return visitor.get(authorize_path(self.tenant, version), fields)

    def answered(
        self,
        version: str = "v2",
        *,
        visitor: Visitor | None = None,
        application: Application | None = None,
        **changes: str | None,
    ) -> Reply:
        """Ask for authorization, signed in already unless a browser is given; return the answer."""
        visitor = visitor or self.signed_in
        page = self.asked(visitor, version, application=application, **changes)
        return sign_in(visitor, page, self.person.user_principal_name)

    def tokens(self, version: str = "v2", **changes: str | None) -> dict[str, Any]:
        """Return the answer of the token endpoint to a new code of the desktop program."""
        code = self.answered(version, **changes).told["code"]
        answer = redeem(self.service, self.tenant, self.desk, version=version, code=code)
        assert answer.status == 200, answer.text
        return answer.document


@contextmanager
def profiled(folder: Path, name: str) -> Iterator[Profiled]:
    """Open a service of a profile by name, in a folder of its own."""
    clock = Clock()
    database = db.open(f"sqlite://{folder}", "sts", durable=False)
    service = TokenService(
        database,
        base_url=BASE,
        clock=clock,
        ids=uuid.uuid4,
        sealing_key=bytes(range(32)),
        profile=PROFILES[name],
    )
    tenant = registration.create_tenant(service, name="Contoso", domain="contoso.example")
    registration.add_resource(service, tenant, ORGANIZATION)
    implicit: dict[str, Any] = {"implicit_id_tokens": True, "implicit_access_tokens": True}
    portal = make_application(
        service,
        tenant,
        "Portal",
        redirects={SITE: "Web"},
        public_client=False,
        logout_url=LOGOUT,
        extras=NAMES_SESSION,
        **implicit,
    )
    secret = registration.add_secret(service, portal, description="test").secret.reveal()
    person = make_person(service, tenant, given_name="Ada", surname="Lovelace")
    person = amend_user(service, person, lambda one: replace(one, mail="ada@mail.example"))
    yield Profiled(
        name=name,
        service=service,
        clock=clock,
        tenant=tenant,
        person=person,
        desk=make_application(service, tenant, redirects={REDIRECT: "InstalledClient"}, **implicit),
        page=make_application(service, tenant, "Page", redirects={PAGE: "Spa"}, **implicit),
        portal=portal,
        secret=secret,
    )
    service.close()
    database.close()
