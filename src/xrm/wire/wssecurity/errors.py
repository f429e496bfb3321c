"""What is wrong with the security of a message."""


class SecurityError(ValueError):
    """The Security header is not one that is taken; its text is for logs, not for clients."""


class TokenError(SecurityError):
    """A token in the header cannot be read."""
