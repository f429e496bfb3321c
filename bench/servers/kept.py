"""Data that takes long to make: made once, kept in the cache, copied for each run.

It is made again when one of the files that decide what it looks like has changed.
"""

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@contextlib.contextmanager
def copied(
    cache: Path, name: str, *, decided_by: Iterable[Path], make: Callable[[Path], None]
) -> Iterator[Path]:
    """Yield a copy of the folder `name`, which `make` fills where it is missing or outdated.

    What a run writes goes into the copy, which is removed at its end.
    """
    kept = cache / "data" / f"{name}-{_digest(decided_by)}"
    if not kept.exists():
        _make(kept, name, make)
    with tempfile.TemporaryDirectory(prefix="run-", dir=cache) as folder:
        copy = Path(folder, name)
        shutil.copytree(kept, copy)
        yield copy


def _make(kept: Path, name: str, make: Callable[[Path], None]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"{name}-*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(prefix="making-", dir=kept.parent) as folder:
        fresh = Path(folder, name)
        fresh.mkdir()
        make(fresh)
        fresh.rename(kept)


def _digest(paths: Iterable[Path]) -> str:
    """Return a digest of files, those of folders included, by name and content."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
