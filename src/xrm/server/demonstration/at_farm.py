"""The samples as a client of AD FS, where the first organization is claims-based.

It has the id that the single-page application has at Entra ID; the farm knows it by itself.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from xrm.server.demonstration.programs import PAGE_NAME, find_page
from xrm.sts import TokenService
from xrm.sts.adfs import Farm
from xrm.sts.adfs.oauth import clients

_MOST_ADDRESSES = 3


def publish_pages(service: TokenService, farm: Farm, pages: Sequence[str]) -> None:
    """Let the samples end where they are now; those of the last addresses stay.

    Without samples nothing is registered.
    """
    page = find_page(service, farm.tenant)
    if page is None or not pages:
        return
    client_id = page.client_id
    standing = clients.find(service, farm, client_id)
    if standing is None:
        clients.add(
            service, farm, client_id=client_id, name=PAGE_NAME, kind="spa", redirect_uris=pages
        )
        return
    if set(pages) <= set(standing.redirect_uris):
        return
    paths = {urlsplit(url).path for url in pages}
    before = [url for url in standing.redirect_uris if url not in pages]
    alike = [url for url in before if urlsplit(url).path in paths]
    others = [url for url in before if url not in alike]
    kept = (*alike, *pages)[-_MOST_ADDRESSES * len(pages) :]
    clients.update(service, farm, standing.client_id, redirect_uris=(*others, *kept))
