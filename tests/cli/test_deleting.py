"""What cannot be undone is asked for on a terminal, and wants --yes elsewhere."""

import io

import pytest


class _Typed(io.StringIO):
    """Standard input of somebody at a terminal."""

    def isatty(self):
        return True


MADE = [
    (("app", "create", "Going"), ("app", "{} Going"), "xrm app disable"),
    (("user", "create", "going@contoso.localhost"), ("user", "{} going@contoso.localhost"),
     "xrm user disable"),
    (("role", "copy", "Salesperson", "--name", "Going"), ("role", "{} Going"), "xrm role remove"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "verb", "instead"), MADE, ids=["app", "user", "role"])
def test_a_person_at_a_terminal_is_asked(xrm, folder, monkeypatch, make, verb, instead):
    group, written = verb

    def run(word, *flags):
        return xrm(group, *written.format(word).split(), *flags, "--data", folder)

    if not folder.exists():
        assert xrm("init", "--data", folder).status == 0
    assert xrm(*make, "--data", folder).status == 0
    piped = run("delete")
    assert (piped.status, piped.out) == (2, "")
    assert "--yes" in piped.err

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", _Typed("n\n"))
    kept = run("delete")
    assert (kept.status, kept.out.strip()) == (1, "")
    assert "Delete " in kept.err
    assert "Nothing was deleted." in kept.err
    assert instead in kept.err
    assert run("show").status == 0

    monkeypatch.setattr("sys.stdin", _Typed("y\n"))
    assert run("delete").status == 0
    assert run("show").status == 1
