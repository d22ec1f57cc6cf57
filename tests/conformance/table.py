"""The table: all rows by topic, and how it is written as Markdown."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from tests.conformance import breakpoints, forms, raw_values, several, tool_calls, wrong_answers, wrong_decisions
from tests.conformance.rows import Row

TOPICS: Mapping[str, tuple[Row, ...]] = {
    "Tool calls": tool_calls.ROWS,
    "Forms": forms.ROWS,
    "Raw values": raw_values.ROWS,
    "Breakpoints": breakpoints.ROWS,
    "Several questions": several.ROWS,
    "Wrong answers": (*wrong_answers.ROWS, *wrong_decisions.ROWS),
}
ROWS = tuple(row for rows in TOPICS.values() for row in rows)
WORKS, REFUSED, MISSING = "works", "refused, then answered", "not run: {needs} is not installed"
_PACKAGES = (
    "langgraph",
    "langgraph-checkpoint",
    "langgraph-checkpoint-sqlite",
    "langgraph-prebuilt",
    "langchain",
    "langchain-core",
    "deepagents",
)
_HEAD = ("dialect", "decision", "where it is asked")


def is_missing(row: Row) -> bool:
    """Whether the row needs a package that is not here."""
    return bool(row.needs) and importlib.util.find_spec(row.needs) is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows in one environment: the versions by package, and the results by row id."""

    versions: Mapping[str, str]
    results: Mapping[str, str]


def versions() -> Mapping[str, str]:
    """The versions of the packages on which the answers depend, as far as they are here."""
    found = {}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table, with a column of results for each environment; the columns are told apart by LangGraph's version."""
    names = [f"with langgraph {outcome.versions['langgraph']}" for outcome in outcomes]
    lines = [
        "# What works, row by row",
        "",
        "Printed by `python -m tests.conformance`, which runs each row on a real graph and a real database: what is",
        "decided, where it is asked, and whether the graph received exactly that, once. A row whose decision is wrong",
        "shows that it is refused before LangGraph hears of it, and that the thread can be answered after it. With",
        "`--beside PYTHON` it runs them a second time with another Python, in which other versions are installed.",
    ]
    lines += _table(("versions", *names), ((package, *_versions(outcomes, package)) for package in _PACKAGES))
    for topic, rows in TOPICS.items():
        results = ((*row.cells, *(outcome.results[row.id] for outcome in outcomes)) for row in rows)
        lines += ["", f"## {topic}", *_table((*_HEAD, *names), results)]
    return "\n".join(lines) + "\n"


def _versions(outcomes: Sequence[Outcome], package: str) -> Iterator[str]:
    return (outcome.versions.get(package, "not installed") for outcome in outcomes)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["", _line(head), _line(["---"] * len(head)), *map(_line, rows)]


def _line(cells: Iterable[str]) -> str:
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
