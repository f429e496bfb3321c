"""The bare baselines, each in a tight loop: `python -m bench.bare KIND SECONDS`.

A signature is what every token costs. A redemption is what one by certificate costs besides: the
client's signature is verified, and that it was used is written down, durably, before ours is made.
A person's tokens are two signatures, and before them a password is compared.
"""

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import apsw
from argon2 import PasswordHasher
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.load import Burst
from bench.machine import Cores, pinned

# About as long as the header and the claims of a token for Dynamics.
MESSAGE = b"x" * 1_000
_SALT_LENGTH = 32
_PASSWORD = secrets.token_urlsafe(16)

Once = Callable[[], object]
Prepare = Callable[[], AbstractContextManager[Once]]


def measure(kind: str, seconds: float, cores: Cores, *, module: str = "bench.bare") -> Burst:
    """Do one kind of work, a name of a module's `KINDS`, in a process of its own.

    It runs on the servers' core.
    """
    with pinned(cores.server):
        said = subprocess.run(
            [sys.executable, "-m", module, kind, str(seconds)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parent.parent,
        ).stdout
    done, spent = said.split()
    return Burst(done=int(done), cpu_seconds=float(spent))


def signature() -> AbstractContextManager[Once]:
    """Prepare an RSA-2048 signature with a fresh key."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    return nullcontext(lambda: key.sign(MESSAGE, scheme, digest))


@contextmanager
def redemption() -> Iterator[Once]:
    """Prepare a PS256 signature to verify, an insertion on disk and a signature of our own."""
    client = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), _SALT_LENGTH)
    digest = hashes.SHA256()
    proof, public = client.sign(MESSAGE, scheme, digest), client.public_key()
    # Where `xrm serve --memory` has its data, and under the same pragmas.
    with tempfile.TemporaryDirectory() as folder, signature() as sign:
        database = apsw.Connection(str(Path(folder, "bare.db")))
        database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE used (digest TEXT PRIMARY KEY, ends INTEGER)")

        def once() -> None:
            public.verify(proof, MESSAGE, scheme, digest)
            database.execute("INSERT INTO used VALUES (?, ?)", (secrets.token_hex(32), 0))
            sign()

        yield once
        database.close()


def signatures() -> AbstractContextManager[Once]:
    """Prepare two RSA-2048 signatures: an access token and an id token."""
    with signature() as sign:
        return nullcontext(lambda: (sign(), sign()))


def password() -> AbstractContextManager[Once]:
    """Prepare the comparison of a password with its argon2id hash, of the strength xrm keeps."""
    hasher = PasswordHasher()
    kept = hasher.hash(_PASSWORD)
    return nullcontext(lambda: hasher.verify(kept, _PASSWORD))


KINDS: Mapping[str, Prepare] = {
    "signature": signature,
    "redemption": redemption,
    "signatures": signatures,
    "password": password,
}


def repeat(prepared: AbstractContextManager[Once], seconds: float) -> tuple[int, float]:
    """Do something for so many seconds; return how often and the CPU seconds it took."""
    with prepared as once:
        once()
        done, until, before = 0, time.monotonic() + seconds, time.process_time()
        while time.monotonic() < until:
            once()
            done += 1
        return done, time.process_time() - before


def report(kinds: Mapping[str, Prepare], arguments: Sequence[str]) -> None:
    """Print how often one kind of work was done and what it took, for `measure`."""
    _, kind, seconds = arguments
    print(*repeat(kinds[kind](), float(seconds)))


if __name__ == "__main__":
    report(KINDS, sys.argv)
