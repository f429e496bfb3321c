"""Which certificates are trusted: a bundle named by the caller, else by the environment."""

import os
import ssl
from pathlib import Path

from xrm.client.errors import ConfigurationError

Verify = str | Path | ssl.SSLContext | None
_VARIABLES = ("XRM_CA_BUNDLE", "SSL_CERT_FILE")


def context(verify: Verify) -> ssl.SSLContext:
    """Return the TLS settings: 1.2 at least, certificates and host names always checked.

    `verify` is a path to a bundle of CA certificates (PEM), or a context, taken as it is. None
    takes the bundle in XRM_CA_BUNDLE, else in SSL_CERT_FILE, else the system's. Raises
    ConfigurationError when the bundle cannot be read.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    bundle = str(verify) if verify is not None else _from_environment()
    try:
        made = ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise ConfigurationError(
            f"the CA bundle {bundle} cannot be read: {error.strerror or 'not PEM certificates'}",
            next_step="Name a PEM file in verify= or XRM_CA_BUNDLE.",
        ) from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def check(verify: object) -> None:
    """Refuse what must not be given: verification is not switched off, it is told whom to trust.

    Raises ConfigurationError.
    """
    if verify is not None and not isinstance(verify, str | Path | ssl.SSLContext):
        raise ConfigurationError(
            "verify= takes the path of a CA bundle; verification cannot be switched off",
            next_step="Pass the CA certificate's file, or set XRM_CA_BUNDLE.",
        )


def _from_environment() -> str | None:
    named = (os.environ.get(variable) for variable in _VARIABLES)
    return next((path for path in named if path), None)
