"""The house keeps its shape: who may import whom, how large things grow, what is exported."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "xrm"
MEASURED = sorted([*SOURCE.rglob("*.py"), *(ROOT / "tools").rglob("*.py")])

FUNCTION_LINES = 40
FILE_LINES = 400
FOLDER_MODULES = 12
NESTING = 3
MAP_LINES = 15
REGISTRIES = {"grants", "messages", "credentials", "tables"}
NAMES_TO_AVOID = {"utils", "helpers", "common", "base", "manager", "impl"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(parent, ast.If)
        and isinstance(child, ast.If)
        and parent.orelse == [child]
        and child.col_offset == parent.col_offset
    )


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Return how many blocks lie inside one another; an inner function counts for itself."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, SCOPES):
            continue
        opens = isinstance(child, BLOCKS) and not is_elif(node, child)
        deepest = max(deepest, nesting(child, depth + opens))
    return deepest


def faults_of(path: Path) -> Iterator[str]:
    text = path.read_text()
    name = path.relative_to(ROOT)
    if (lines := text.count("\n")) > FILE_LINES:
        yield f"{name}: {lines} lines"
    for function in functions(ast.parse(text)):
        where = f"{name}:{function.lineno} {function.name}"
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES:
            yield f"{where}: {length} lines"
        if (depth := nesting(function)) > NESTING:
            yield f"{where}: nested {depth} deep"


def test_import_contracts():
    # In a process of its own: import-linter sets up logging, and disables the loggers there are.
    code = "from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", code, "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_functions_and_files_keep_to_the_size_budget():
    assert [fault for path in MEASURED for fault in faults_of(path)] == []


def test_folders_keep_to_the_size_budget():
    folders = {path.parent for path in MEASURED if path.parent.name not in REGISTRIES}
    modules = {
        str(folder.relative_to(ROOT)): sum(p.name != "__init__.py" for p in folder.glob("*.py"))
        for folder in folders
    }
    assert {name: count for name, count in modules.items() if count > FOLDER_MODULES} == {}


@pytest.mark.parametrize(
    ("body", "depth"),
    [
        ("return 1", 0),
        ("if a:\n  pass\n elif b:\n  pass\n elif c:\n  pass", 1),
        ("if a:\n  pass\n else:\n  if b:\n   pass", 2),
        ("for a in b:\n  with c:\n   while d:\n    pass", 3),
        ("if a:\n  def g():\n   if b:\n    pass", 1),
        ("try:\n  pass\n except E:\n  if a:\n   pass", 2),
        ("match a:\n  case 1:\n   if b:\n    pass", 2),
    ],
)
def test_nesting_is_measured(body: str, depth: int):
    assert nesting(next(functions(ast.parse(f"def f():\n {body}")))) == depth


def test_names_say_what_they_hold():
    parts = {part for path in MEASURED for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & NAMES_TO_AVOID == set()


def packages() -> list[Path]:
    return sorted(SOURCE.rglob("__init__.py"))


@pytest.mark.parametrize("path", packages(), ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_each_package_begins_with_its_map(path: Path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, "the package has no docstring"
    assert len(docstring.splitlines()) <= MAP_LINES


def undocumented(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    if not ast.get_docstring(tree):
        yield f"{path.relative_to(ROOT)}: no module docstring"
    public = (node for node in tree.body if isinstance(node, Function | ast.ClassDef))
    for node in public:
        if not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: no docstring"


def test_public_names_are_documented():
    assert [fault for path in MEASURED for fault in undocumented(path)] == []


def exported(path: Path) -> list[str]:
    """Return the names a package lists in `__all__`, [] where it lists none."""
    for node in ast.parse(path.read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return list(ast.literal_eval(node.value))
    return []


def test_every_exported_name_exists():
    missing = []
    for path in packages():
        package = ".".join(path.parent.relative_to(ROOT / "src").parts)
        names = exported(path)
        if names:
            module = __import__(package, fromlist=["_"])
            missing += [f"{package}.{name}" for name in names if not hasattr(module, name)]
    assert missing == []


def loaded_by(statement: str, suspects: set[str]) -> set[str]:
    """Return which of these modules a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*(set({sorted(suspects)!r}) & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_client_is_light():
    heavy = {"typer", "rich", "lxml", "keyring", "httpx2", "sqlalchemy", "cryptography", "granian"}
    assert loaded_by("import xrm", heavy) == set()


def test_starting_the_command_is_light():
    heavy = {"httpx2", "sqlalchemy", "cryptography", "granian", "apsw", "joserfc", "trustme"}
    assert loaded_by("import xrm.cli", heavy) == set()
