"""What is wrong with a message of WS-Trust."""


class TrustError(ValueError):
    """A request or response is not one that is understood."""
