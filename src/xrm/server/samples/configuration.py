"""`config.js`: the four variables a single-page application is configured by, and the instance."""

from dataclasses import dataclass, fields

import orjson

FILE = "config.js"
_MEANING = {
    "organizationURI": "The URL of the organization, without a slash at its end.",
    "tenant": "The name of the tenant it uses to authenticate.",
    "clientId": "The id of the application's registration.",
    "pageUrl": "Where this page is, as it is registered: its redirect URI.",
    "instance": "The token service; https://login.microsoftonline.com/ is the real one.",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a page has to know, in the spelling of the page's variables."""

    organizationURI: str  # noqa: N815 - the variable's name
    tenant: str
    clientId: str  # noqa: N815
    pageUrl: str  # noqa: N815
    instance: str

    @classmethod
    def of(
        cls, *, organization_url: str, tenant: str, client_id: object, page: str, authority: str
    ) -> "Configuration":
        """Return the configuration of a page for an organization and its token service."""
        return cls(
            organization_url.rstrip("/"), tenant, str(client_id), page, authority.rstrip("/") + "/"
        )

    def script(self) -> str:
        """Return it as the script a page loads."""
        lines = []
        for item in fields(self):
            # "</" would end the script where somebody writes it into a page.
            value = orjson.dumps(getattr(self, item.name)).decode().replace("</", "<\\/")
            lines += [f"// {_MEANING[item.name]}", f"var {item.name} = {value};"]
        return "\n".join(lines) + "\n"
