"""The page of one organization and a browser before it: cookies kept, answers of the sign-in made.

visitor = Visitor(estate)
asked = visitor.begin()                    # what the token service is asked
visitor.answer(asked, estate_token(...))   # what it has the browser post
"""

import html
import re
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from support.estate import STS, TENANT, URL, Estate
from xrm.org.faces.web import mount
from xrm.org.ports import DirectoryPerson
from xrm.wire import jose
from xrm.wire.http import Headers, Request, Response

PAGE = "00000007-0000-0000-c000-000000000000"
FORM = ("content-type", "application/x-www-form-urlencoded")


def person(estate: Estate, name: str = "Ada Lovelace", **changes: Any) -> DirectoryPerson:
    """Return somebody of the directory, whom no organization follows yet."""
    given, _, surname = name.partition(" ")
    members: dict[str, Any] = {
        "object_id": estate.ids(),
        "user_principal_name": f"{given.lower()}@contoso.example",
        "display_name": name,
        "given_name": given,
        "surname": surname,
        "mail": "",
        "enabled": True,
        "licensed": True,
        "administrator": False,
    }
    return DirectoryPerson(**(members | changes))


def id_token(
    estate: Estate,
    whose: DirectoryPerson,
    nonce: str,
    /,
    *,
    key: jose.SigningKey | None = None,
    **changes: Any,
) -> str:
    """Return a good v1 id token for the page, its claims changed; None removes one."""
    now = int(estate.clock())
    good = {
        "aud": PAGE,
        "iss": f"{STS}/{TENANT}/",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "name": whose.display_name,
        "nonce": nonce,
        "oid": str(whose.object_id),
        "sub": "pairwise",
        "tid": str(TENANT),
        "upn": whose.user_principal_name,
        "ver": "1.0",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return jose.sign(claims, key or estate.key, x5t=True)


def access_token(estate: Estate, whose: DirectoryPerson, **changes: Any) -> str:
    """Return a person's good access token for the Web API, its claims changed."""
    more = {"appid": str(uuid.uuid4()), "scp": "user_impersonation", "aud": URL, "nonce": None}
    return id_token(estate, whose, "", **(more | changes))


@dataclass
class Visitor:
    """A browser with its cookies. `lines` are the last Set-Cookie lines by name."""

    estate: Estate
    jar: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes = b"",
        headers: Headers = (),
    ) -> Response:
        """Send a request with the cookies there are, and keep those that come back."""
        sent = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        lines = (*headers, ("cookie", sent)) if sent else headers
        request = Request(method, path, query, lines, body)
        response = mount(self.estate.organization, **self.options).route(request).face(request)
        for name, value in response.headers:
            if name == "Set-Cookie":
                self._keep(value)
        return response

    def post(self, path: str, form: dict[str, str], *, headers: Headers = ()) -> Response:
        """Post a form."""
        return self.send("POST", path, body=urlencode(form).encode(), headers=(FORM, *headers))

    def begin(self) -> dict[str, str]:
        """Press "Sign in" and return what the token service is asked."""
        gone = self.send("GET", "/signin")
        assert gone.status == 303
        parts = urlsplit(gone.header("Location") or "")
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{STS}/{TENANT}/oauth2/authorize"
        return dict(parse_qsl(parts.query, strict_parsing=True))

    def answer(self, asked: dict[str, str], token: str, **more: str) -> Response:
        """Post what the token service answers."""
        form = {"id_token": token, "state": asked["state"], "session_state": "s", **more}
        return self.post("/", form, headers=(("origin", STS),))

    def sign_in(self, whose: DirectoryPerson, **changes: Any) -> str:
        """Sign in and return the id token."""
        asked = self.begin()
        token = id_token(self.estate, whose, asked["nonce"], **changes)
        answered = self.answer(asked, token)
        assert (answered.status, answered.header("Location")) == (303, "/")
        return token

    def who(self) -> str:
        """Return what the page says of who is signed in, "" for nobody."""
        found = re.search(r'<p class="who">(.*?)</p>', self.page(), re.DOTALL)
        return " ".join(plain(found[1]).split()) if found else ""

    def page(self) -> str:
        """Return the page."""
        response = self.send("GET", "/")
        assert response.status == 200
        return response.body.decode()

    def sign_out_form(self) -> dict[str, str]:
        """Return what the page's own form would post."""
        return {"form": re.findall(r'name="form" value="([^"]+)"', self.page())[0]}

    def _keep(self, line: str) -> None:
        name, _, rest = line.partition("=")
        self.lines[name] = line
        if "Max-Age=0" in line:
            self.jar.pop(name, None)
        else:
            self.jar[name] = rest.partition(";")[0]


def page_cookie(visitor: Visitor) -> str:
    """Return the name of the session's cookie."""
    (name,) = (name for name in visitor.jar if name.endswith("-page"))
    return name


def plain(text: str) -> str:
    """Return the text of some HTML."""
    return html.unescape(re.sub("<[^>]+>", "", text.replace("<br>", " ")))


def heading(response: Response) -> str:
    """Return what a page says first."""
    found = re.search(r"<h1>(.*?)</h1>", response.body.decode(), re.DOTALL)
    return plain(found[1]) if found else ""
