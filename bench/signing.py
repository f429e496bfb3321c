"""The bare baseline: RSA-2048 signatures in a tight loop; `python -m bench.signing SECONDS`."""

import subprocess
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.load import Burst
from bench.machine import Cores, pinned

# About as long as the header and the claims of a token for Dynamics.
MESSAGE = b"x" * 1_000


def measure(seconds: float, cores: Cores) -> Burst:
    """Sign in a process of its own on the servers' core."""
    with pinned(cores.server):
        said = subprocess.run(
            [sys.executable, "-m", "bench.signing", str(seconds)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parent.parent,
        ).stdout
    done, spent = said.split()
    return Burst(done=int(done), cpu_seconds=float(spent))


def sign_for(seconds: float) -> tuple[int, float]:
    """Sign for so many seconds with a fresh key; return the signatures and the CPU seconds."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    key.sign(MESSAGE, scheme, digest)
    done, until, before = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < until:
        key.sign(MESSAGE, scheme, digest)
        done += 1
    return done, time.process_time() - before


if __name__ == "__main__":
    print(*sign_for(float(sys.argv[1])))
