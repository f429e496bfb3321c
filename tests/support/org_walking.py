"""A person at the pages of claims-based organizations and their farm, without a browser."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from support.farm_walking import MOST_PAGES, filled
from support.farms import PASSWORD_FIELD, USERNAME
from support.page_tokens import plain
from support.served import Served


@dataclass
class Walker:
    """Somebody with a browser's cookies. `held` is the last form that was brought a site."""

    served: Served
    http: httpx2.Client
    username: str = ""
    password: str = ""
    held: dict[str, str] | None = None

    def enter(self, address: str, *, brings: bool = True) -> httpx2.Response:
        """Follow an address over the farm's pages to the end, and return the page there.

        With `brings` unset the walk ends before the farm's answer is brought to the site.
        """
        given = {
            USERNAME: self.username or self.served["username"],
            PASSWORD_FIELD: self.password or self.served["password"],
        }
        answer = self.http.get(address)
        for _ in range(MOST_PAGES):
            here = str(answer.url)
            if answer.is_redirect:
                answer = self.http.get(urljoin(here, answer.headers["location"]))
                continue
            form = filled(answer, given)
            if form is None or "form" in form[1]:
                return answer
            if "wresult" in form[1]:
                self.held = form[1]
                if not brings:
                    return answer
            answer = self.http.post(urljoin(here, form[0]), data=form[1])
        raise AssertionError("the pages do not end")

    def who(self, address: str) -> str:
        """Return what an organization's page says of who is signed in, "" for nobody."""
        found = re.search(r'<p class="who">(.*?)</p>', self.http.get(address).text, re.DOTALL)
        return " ".join(plain(found[1]).split()) if found else ""
