"""The rules of the layout: who imports whom, how long a module may be, and what no window may do."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "hitl_desktop"
LONGEST_MODULE = 300
PARTS_WITH_QT = {"__main__", "app", "loop", "qt_sockets", "testing", "ui"}
NOT_FOR_UI = ("langgraph", "langchain", "langchain_core", "aiosqlite", "sqlite3", "ormsgpack", "httpx", "qasync")
QT = ("PySide6", "shiboken6", "qasync")

MODULES = sorted(PACKAGE.rglob("*.py"))
GRAPHS = sorted((ROOT / "graphs").rglob("*.py"))


def name_of(path: Path) -> str:
    """`hitl_desktop/ui/inbox.py` -> `hitl_desktop.ui.inbox`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part_of(path: Path) -> str:
    """`hitl_desktop/ui/inbox.py` -> `ui`."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def run(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a fresh interpreter in a folder, without a screen."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def output_of(script: str, *arguments: str) -> str:
    """Run a script that succeeds and return what it prints."""
    result = run("-c", script, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


# Size


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


# What nobody may call: `QDialog.exec` and its relatives run a Qt loop inside the task or slot that calls them, and
# everything else waits; `processEvents` lets anything happen in the middle of a function.

STATIC_DIALOGS = {
    "QMessageBox": ("question", "warning", "information", "critical", "about"),
    "QFileDialog": ("get",),
    "QInputDialog": ("get",),
    "QColorDialog": ("get",),
    "QFontDialog": ("get",),
    "QErrorMessage": ("qtHandler",),
}


def is_preview(node: ast.AST) -> bool:
    """Whether a node is the `if __name__ == "__main__":` at the end of a module, a small program of its own."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def nested_loops(module: ast.Module) -> Iterator[str]:
    """Yield every use of a function that runs or pumps a Qt event loop, with its line."""
    statements = [statement for statement in module.body if not is_preview(statement)]
    for node in (node for statement in statements for node in ast.walk(statement)):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        static = node.attr.startswith(STATIC_DIALOGS.get(owner, ()))
        if static or node.attr in ("exec", "exec_", "processEvents"):
            yield f"line {node.lineno}: {owner}.{node.attr}"


def test_nothing_runs_a_nested_qt_loop() -> None:
    """Except `loop`, which runs the only one, and what runs it around a test of a user, where no task is under way."""
    found = {
        name_of(path): list(nested_loops(ast.parse(path.read_text(encoding="utf-8"))))
        for path in MODULES
        if name_of(path) not in ("hitl_desktop.loop", "hitl_desktop.testing.standing_loop")
    }
    assert {name: uses for name, uses in found.items() if uses} == {}


@pytest.mark.parametrize(
    "source",
    [
        "dialog.exec()",
        "QDialog(self).exec_()",
        "await asyncWrap(menu.exec)",
        "QMessageBox.question(self, 'Sure?', 'Really?')",
        "QtWidgets.QMessageBox.aboutQt(None)",
        "path, _ = QFileDialog.getOpenFileName()",
        "QInputDialog.getText(self, '', '')",
        "QColorDialog.getColor()",
        "QApplication.processEvents()",
        "app.processEvents()",
    ],
)
def test_nested_qt_loops_are_recognised(source: str) -> None:
    assert list(nested_loops(ast.parse(source)))


INNOCENT = """
# dialog.exec()
'app.processEvents()'
dialog.open()
QMessageBox.Icon.Question
exec('1')
if __name__ == "__main__":
    app.exec()
"""


def test_comments_previews_and_innocent_names_are_no_nested_loops() -> None:
    assert list(nested_loops(ast.parse(INNOCENT))) == []


# Coroutines do not live in widgets: a widget dies when it is closed, and its tasks go on

WIDGETS_WITH_COROUTINES = """
import ast, importlib, inspect, sys
from PySide6.QtWidgets import QWidget
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for cls in vars(module).values():
        if inspect.isclass(cls) and issubclass(cls, QWidget) and cls.__module__ == name:
            tree = ast.parse(inspect.cleandoc("\\n" + inspect.getsource(cls)))
            for node in ast.walk(tree):
                if isinstance(node, ast.AsyncFunctionDef):
                    print(f"{name}.{cls.__qualname__}: async def {node.name}")
"""


def test_no_widget_has_a_coroutine() -> None:
    modules = [name_of(path) for path in MODULES if part_of(path) == "ui" and path.stem != "__main__"]
    assert output_of(WIDGETS_WITH_COROUTINES, *modules) == ""


def test_a_coroutine_in_a_widget_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "careless.py").write_text(
        "from PySide6.QtWidgets import QLabel\n"
        "class Careless(QLabel):\n"
        "    def show_later(self):\n"
        "        async def wait(): ...\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert output_of(WIDGETS_WITH_COROUTINES, "careless") == "careless.Careless: async def wait\n"


# Imports


def imported_by(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_example_graphs_run_without_this_program() -> None:
    assert GRAPHS
    for path in GRAPHS:
        modules = imported_by(ast.parse(path.read_text(encoding="utf-8")))
        assert "hitl_desktop" not in {name.partition(".")[0] for name in modules}, path.name


LOADED_AFTER_IMPORTS = """
import importlib, sys
unwanted, modules = sys.argv[1].split(","), sys.argv[2:]
for module in modules:
    importlib.import_module(module)
    loaded = [name for name in unwanted if name in sys.modules]
    if loaded:
        sys.exit(f"{module} loads {loaded}")
"""


def importable(belongs: Callable[[Path], bool]) -> list[str]:
    return [name_of(path) for path in MODULES if belongs(path) and path.stem != "__main__"]


def test_windows_load_neither_langgraph_nor_sql() -> None:
    """Importing them takes a second, in which nothing would be painted."""
    modules = importable(lambda path: part_of(path) == "ui")
    output_of(LOADED_AFTER_IMPORTS, ",".join(NOT_FOR_UI), *modules)


@pytest.mark.parametrize("part", sorted({part_of(path) for path in MODULES} - PARTS_WITH_QT))
def test_everything_else_works_without_qt(part: str) -> None:
    modules = importable(lambda path: part_of(path) == part)
    output_of(LOADED_AFTER_IMPORTS, ",".join(QT), *modules)


# Import contracts

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of `folder/pyproject.toml` on the package in `folder`."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return run("-c", program, "--no-cache", folder=folder, PYTHONPATH=str(folder), COLUMNS="200")


def forbidden_imports(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every pair of importer and imported that a contract forbids."""
    if contract["type"] == "forbidden":
        yield from ((a, b) for a in contract["source_modules"] for b in contract["forbidden_modules"])
        return
    above: list[str] = []
    for layer in contract["layers"]:
        members = [member.strip() for member in layer.split("|")]
        for member in members:
            yield from ((member, other) for other in above + members if other != member)
        above += members


def add_import(folder: Path, importer: str, imported: str) -> str:
    """Make a module, or a new module of a package, import something inside a function. Return the importing module."""
    path = folder.joinpath(*importer.split("."))
    if path.is_dir():
        importer, path = f"{importer}.probe", path / "probe"
    with path.with_suffix(".py").open("a", encoding="utf-8") as module:
        module.write(f"\ndef probe_{imported.replace('.', '_')}():\n    import {imported}\n")
    return importer


def test_the_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["type"] + ": " + contract["name"])
def test_each_contract_sees_each_import_that_it_forbids(contract: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "hitl_desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    pairs = list(forbidden_imports(contract))
    probes = [(add_import(tmp_path, importer, imported), imported) for importer, imported in pairs]
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    unseen = [probe for probe in probes if "{} -> {} (".format(*probe) not in result.stdout]
    assert unseen == [], result.stdout
