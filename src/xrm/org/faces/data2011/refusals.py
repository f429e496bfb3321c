"""A refusal of the service itself, which has no code of the organization's."""


class Refusal(Exception):
    """What the service refuses before or without the organization: a status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
