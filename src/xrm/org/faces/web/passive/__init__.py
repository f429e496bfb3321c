"""The page of an organization by claims: WS-Federation at the farm of its people.

door         the way to sign in: who is sent to the farm, who comes back, who leaves
contexts     what ties an answer to the browser that asked, and says where the person was going
tokens       the token of an answer, believed or refused
sessions     the session: sealed, in a cookie, no longer than its token
description  the federation metadata of an organization, or of several
"""

from xrm.org.faces.web.passive.description import PATH, document
from xrm.org.faces.web.passive.door import Passive

__all__ = ["PATH", "Passive", "document"]
