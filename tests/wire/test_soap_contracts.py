"""The table of contracts: whole in itself, and with what the messages declare."""

import pytest

from xrm.model.message import Declaration
from xrm.model.shapes import COMPLEX, ENUMERATIONS, PAIRS
from xrm.org.messages import HANDLERS
from xrm.wire.soap.contract import ARRAYS, CRM, XRM
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.contracts.core import CORE
from xrm.wire.soap.contracts.discovery import DISCOVERY_CONTRACTS
from xrm.wire.soap.contracts.metadata import METADATA_CONTRACTS
from xrm.wire.soap.contracts.queries import QUERY_CONTRACTS
from xrm.wire.soap.lexical import READERS
from xrm.wire.soap.messages import contract_type, contracts_of, contracts_of_shapes

ALL = CONTRACTS.extended(contracts_of_shapes())
FAMILIES = (CORE, QUERY_CONTRACTS, DISCOVERY_CONTRACTS, METADATA_CONTRACTS)


def test_no_contract_stands_for_two():
    assert len(CONTRACTS) == sum(map(len, FAMILIES))
    assert len({(each.namespace, each.wire_name) for each in CONTRACTS.values()}) == len(CONTRACTS)


@pytest.mark.parametrize("name", ALL)
def test_a_contract_leans_on_what_there_is(name):
    contract = ALL[name]
    assert contract.base is None or contract.base in ALL
    for member in contract.members:
        assert member.type in ALL or member.type in READERS or member.type == "anyType"
    assert ALL.found(contract.namespace, contract.wire_name) is contract
    assert ALL.layout(name).contract is contract
    assert bool(contract.words) is (contract.shape in ("enumeration", "flags"))
    assert bool(contract.pair) is (contract.shape == "pairs")
    assert len(contract.members) == {"list": 1, "pairs": 2}.get(
        contract.shape, len(contract.members)
    )


def test_a_message_has_two_contracts():
    request, response = contracts_of(Declaration("WhoAmI", "function"))
    assert (request.name, request.namespace, request.base) == (
        "WhoAmIRequest",
        CRM,
        "OrganizationRequest",
    )
    assert (response.name, response.base) == ("WhoAmIResponse", "OrganizationResponse")
    extended = CONTRACTS.extended((request, response))
    assert extended.fits("WhoAmIRequest", "OrganizationRequest")
    assert extended.fits("WhoAmIRequest", "anyType")
    assert not extended.fits("OrganizationRequest", "WhoAmIRequest")
    assert contracts_of(Declaration("Create", "record", namespace="xrm"))[0].namespace == XRM


@pytest.mark.parametrize("handler", HANDLERS, ids=str)
def test_what_a_message_declares_has_a_contract(handler):
    declaration = HANDLERS[handler].declaration
    for declared in (*declaration.parameters.values(), *declaration.results.values()):
        kind = contract_type(declared)
        assert kind in ALL or kind in READERS


@pytest.mark.parametrize("name", [*COMPLEX, *ENUMERATIONS, *PAIRS])
def test_a_shape_has_a_contract(name):
    assert contract_type(name) == name
    contract = ALL[name]
    if name in ENUMERATIONS:
        assert contract.words == tuple(ENUMERATIONS[name].members)
    if name in COMPLEX:
        members = [member.name for member in contract.members]
        assert [known for known in members if known in COMPLEX[name].members] == [
            *COMPLEX[name].members
        ]


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("Edm.Guid", "guid"),
        ("Edm.Int64", "long"),
        ("Entity", "Entity"),
        ("Query", "QueryBase"),
        ("Collection(Entity)", "EntityCollection"),
        ("Collection(EntityReference)", "EntityReferenceCollection"),
        ("Collection(Edm.Guid)", "ArrayOfguid"),
        ("Collection(Edm.String)", "ArrayOfstring"),
        ("Collection(RolePrivilege)", "ArrayOfRolePrivilege"),
        ("Collection(OrganizationRequest)", "OrganizationRequestCollection"),
    ],
)
def test_declared_types_are_contracts(declared, kind):
    assert contract_type(declared) == kind


def test_a_type_there_is_not():
    with pytest.raises(KeyError):
        contract_type("Collection(Nothing)")


def test_arrays_of_simple_types_are_the_platforms():
    assert ALL["ArrayOfguid"].namespace == ARRAYS
    assert ALL["ArrayOfRolePrivilege"].namespace == CRM
