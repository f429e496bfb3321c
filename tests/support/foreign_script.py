"""A script in a page of another origin: what it asks for, and what the browser lets it read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FETCH = """async ([address, options]) => {
  try {
    const answer = await fetch(address, options);
    const headers = Object.fromEntries(answer.headers);
    return { status: answer.status, headers, body: await answer.text() };
  } catch (error) {
    return { failed: error.message };
  }
}"""


@dataclass(frozen=True)
class Answer:
    """What a script may read of an answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of an error of the Web API."""
        return self.status, self.json["error"]["code"]


@dataclass(frozen=True)
class Script:
    """A script in a page, or in a frame of one; `said` is what the browser complained of."""

    frame: Any
    said: list[str]

    def ask(self, address: str, method: str = "GET", **options: Any) -> Answer:
        """Fetch something, which the browser must allow."""
        told = self._fetch(address, {"method": method, **options})
        assert "failed" not in told, self.said
        return Answer(**told)

    def refusal(self, address: str, method: str = "GET", **options: Any) -> str:
        """Fetch something that the browser must not allow; return its reason."""
        self.said.clear()
        assert self._fetch(address, {"method": method, **options}) == {"failed": "Failed to fetch"}
        return next(line for line in self.said if "blocked by CORS policy" in line)

    def _fetch(self, address: str, options: dict[str, Any]) -> Any:
        return self.frame.evaluate(FETCH, [address, options])


def heard(page: Any, frame: Any) -> Script:
    """Return the script in a frame of a page, whose complaints are listened to from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    return Script(frame, said)
