"""The table: all rows by topic, and how it is written as Markdown."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from importlib.metadata import version

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
_PACKAGES = ("langgraph", "langgraph-checkpoint", "langgraph-checkpoint-sqlite", "langchain", "langchain-core")
_HEAD = ("dialect", "decision", "where it is asked", "result")


def is_missing(row: Row) -> bool:
    """Whether the row needs a package that is not here."""
    return bool(row.needs) and importlib.util.find_spec(row.needs) is None


def markdown(results: Mapping[str, str], extra: Iterable[str] = ()) -> str:
    """The table with a result by row id, and the versions that it was made with."""
    versions = ", ".join(f"{package} {version(package)}" for package in (*_PACKAGES, *extra))
    lines = [
        "# What works, row by row",
        "",
        "Printed by `python -m tests.conformance`, which runs each row on a real graph and a real database: what is",
        "decided, where it is asked, and whether the graph received exactly that, once. A row whose decision is wrong",
        "shows that it is refused before LangGraph hears of it, and that the thread can be answered after it.",
        "",
        f"Versions: {versions}.",
    ]
    for topic, rows in TOPICS.items():
        lines += ["", f"## {topic}", "", _line(_HEAD), _line(["---"] * len(_HEAD))]
        lines += [_line((*row.cells, results[row.id])) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
