"""The parts of a token service that its grants and its pages share."""

from dataclasses import dataclass

from xrm.db import Database
from xrm.model.ports import Clock, Ids
from xrm.sts.accounts.attempts import Lockout
from xrm.sts.accounts.proof import Proof
from xrm.sts.adfs.encryption import FarmKeys
from xrm.sts.adfs.farm import Farm
from xrm.sts.handles.sealing import Sealer
from xrm.sts.keys import Keys
from xrm.sts.profile import Profile
from xrm.sts.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a request may need beside what it says. `base_url` is the public origin.

    `mark` tells this service from others on the same host; all its processes share it. `farm` is
    the farm of AD FS that the request is for.
    """

    database: Database
    store: Store
    keys: Keys
    farm_keys: FarmKeys
    sealer: Sealer
    proof: Proof
    lockout: Lockout
    profile: Profile
    base_url: str
    clock: Clock
    ids: Ids
    mark: str
    farm: Farm | None = None
