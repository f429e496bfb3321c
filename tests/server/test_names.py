"""Child processes of tests find names below localhost, which not every resolver knows."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support import names

NAME = "contoso.xrm.localhost"


def printed(*command: str | Path) -> str:
    done = subprocess.run(
        command, env=names.environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_python_finds_them() -> None:
    asked = f"import socket; print(socket.getaddrinfo({NAME!r}, 443)[0][4][0])"
    assert printed(sys.executable, "-c", asked) == "127.0.0.1"


def test_node_finds_them(require: Callable[..., Path]) -> None:
    program = require("nodejs", "names below localhost", program="node")
    asked = f"require('node:dns').lookup('{NAME}', (error, at) => console.log(error, at))"
    assert printed(program, "-e", asked) == "null 127.0.0.1"
