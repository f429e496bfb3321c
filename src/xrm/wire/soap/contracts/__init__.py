"""The data contracts of the SDK, a module for each family; CONTRACTS has them all.

core          records, references, messages, faults
queries       QueryExpression and its parts, QueryByAttribute, FetchExpression
discovery     the discovery service
metadata      definitions of tables, columns, relationships (and metadata_...)
notation      how these tables are written
registry      Contracts: found by name, by their name on the wire, and how they derive
"""

from xrm.wire.soap.contracts.core import CORE
from xrm.wire.soap.contracts.discovery import DISCOVERY_CONTRACTS
from xrm.wire.soap.contracts.metadata import METADATA_CONTRACTS
from xrm.wire.soap.contracts.queries import QUERY_CONTRACTS
from xrm.wire.soap.contracts.registry import Contracts

__all__ = ["CONTRACTS", "Contracts"]

CONTRACTS = Contracts((*CORE, *QUERY_CONTRACTS, *DISCOVERY_CONTRACTS, *METADATA_CONTRACTS))
