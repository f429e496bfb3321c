"""The table of a farm's endpoints for programs."""

from collections.abc import Mapping

from xrm.sts.faces.adfs import metadata, oauth
from xrm.sts.faces.adfs.answers import endpoint
from xrm.sts.faces.adfs.visit import Endpoint

ENDPOINTS: Mapping[str, Endpoint] = {
    "adfs/oauth2/token": endpoint(oauth.token, "POST"),
    "adfs/oauth2/devicecode": endpoint(oauth.device_code, "POST"),
    "adfs/userinfo": endpoint(oauth.userinfo, "GET, POST"),
    "adfs/.well-known/openid-configuration": endpoint(metadata.discovery, "GET, HEAD"),
    "adfs/discovery/keys": endpoint(metadata.keys, "GET, HEAD"),
    ".well-known/webfinger": endpoint(metadata.webfinger, "GET, HEAD"),
}
