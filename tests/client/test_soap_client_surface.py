"""`xrm.soap`: every name is there, costs little, and the generated classes are current."""

import subprocess
import sys
from pathlib import Path

import pytest

from xrm import soap
from xrm.client import messages
from xrm.client.soap.classes import snake
from xrm.client.soap.declared import Message
from xrm.org.messages import REGISTRY

ROOT = Path(__file__).parents[2]
PARTS = {"Formatted", "Plain", "RowVersion"}


def test_the_generated_classes_are_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "soap_messages.py"), "--check"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_every_name_offered_is_there() -> None:
    assert "WhoAmI" in dir(soap)
    for name in soap.__all__:
        assert getattr(soap, name) is not None
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = soap.NoSuchName


@pytest.mark.parametrize("handler", REGISTRY, ids=lambda handler: handler.declaration.name)
def test_every_message_of_the_organization_has_a_class(handler: object) -> None:
    declaration = handler.declaration  # type: ignore[attr-defined]
    kind = getattr(messages, declaration.name)
    assert issubclass(kind, Message)
    given = {name: declared for _, name, declared in kind.PARAMETERS}
    assert given.keys() >= declaration.parameters.keys() - PARTS
    assert [name for _, name, _ in kind.ANSWER.RESULTS] == list(declaration.results)
    assert kind.ANSWER is getattr(messages, f"{declaration.name}Response")


def loaded_by(code: str) -> set[str]:
    command = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_values_and_messages_load_neither_lxml_nor_http() -> None:
    loaded = loaded_by(
        "import xrm\nfrom xrm.soap import Entity, WhoAmI, QueryExpression, AccessRights\n"
        "WhoAmI(), Entity('lead'), QueryExpression('lead')"
    )
    assert loaded & {"lxml", "httpx2", "asyncio", "cryptography", "sqlalchemy"} == set()
    assert "xrm.client.messages.grant_access" not in loaded


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("PrincipalAccess", "principal_access"),
        ("CCRecipients", "cc_recipients"),
        ("IsValidODataAttribute", "is_valid_odata_attribute"),
        ("MaxSizeInKB", "max_size_in_kb"),
        ("From", "from_"),
        ("Ids", "ids"),
    ],
)
def test_how_names_are_spelled(name: str, spelled: str) -> None:
    assert snake(name) == spelled
