"""WS-Federation at a farm: sign-in and sign-out of web sites, and what a trust is set up from.

passive   `/adfs/ls/`: messages in, pages, forms and redirects out
metadata  the federation metadata document
"""

from collections.abc import Mapping

from xrm.sts.faces.adfs.visit import Endpoint
from xrm.sts.faces.wsfed.metadata import METADATA
from xrm.sts.faces.wsfed.passive import PASSIVE

ENDPOINTS: Mapping[str, Endpoint] = {
    "adfs/ls": PASSIVE,
    "federationmetadata/2007-06/federationmetadata.xml": METADATA,
}
"""Rows of `sts.faces.adfs.routes.ENDPOINTS`."""
