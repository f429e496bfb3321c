"""Inside which organization a verb works, and what people may try when it refuses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xrm.cli.flags import gathering, parameter
from xrm.cli.options import Data, DatabaseUrl, Json, OrganizationName, estate
from xrm.cli.output import Failure

if TYPE_CHECKING:
    from xrm.server.estate import Estate


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What the command line says of the organization, and of how to answer."""

    organization: str | None
    data: Path | None
    database: str | None
    as_json: bool

    def open(self) -> "AbstractContextManager[Estate]":
        """Open the data directory or database, for the organization meant there."""
        return estate(self.data, self.database, organization=self.organization)


def inside(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb, whose first parameter is `where`, the parameters `Inside` is made of."""
    return gathering(
        Inside,
        after=[
            parameter("organization", OrganizationName),
            parameter("data", Data),
            parameter("database", DatabaseUrl),
            parameter("as_json", Json, default=False),
        ],
    )(verb)


@contextmanager
def advised(step: str) -> Iterator[None]:
    """Turn what the organization refuses into a failure with this next step."""
    from xrm.model.errors.service import ServiceError

    try:
        yield
    except ServiceError as error:
        raise Failure(error.message, next_step=step) from error
