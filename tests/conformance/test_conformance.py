"""The rows of the table, and that the documentation lists them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.rig import Rig
from tests.conformance.rows import Row
from tests.conformance.table import MISSING, REFUSED, ROWS, WORKS, Outcome, is_missing, markdown, versions

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"


@pytest.fixture(scope="module")
def run_row(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Row], None]]:
    """One program for all rows: loading LangChain's agents for each would take minutes."""
    rig = Rig(tmp_path_factory.mktemp("conformance"))
    with asyncio.Runner() as runner:
        runner.run(rig.open())
        yield lambda row: runner.run(rig.run(row))
        runner.run(rig.close())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row(row: Row, run_row: Callable[[Row], None]) -> None:
    if is_missing(row):
        pytest.skip(MISSING.format(needs=row.needs))
    run_row(row)


def test_each_row_has_a_name_of_its_own() -> None:
    ids = [row.id for row in ROWS]
    assert sorted(ids) == sorted(set(ids))


def test_the_document_lists_the_rows_of_the_table() -> None:
    """If not, print it anew, as CONTRIBUTING.md says."""
    listed = _rows(DOCUMENT.read_text(encoding="utf-8"))
    assert listed == _rows(markdown([Outcome(versions(), {row.id: "" for row in ROWS})]))


def test_the_document_tells_of_two_versions_in_which_every_row_works() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    results = [cells for line in lines if len(cells := line.strip("| ").split(" | ")) == 5 and "---" not in line]
    others = [cells for cells in results if not set(cells[3:]) <= {WORKS, REFUSED}]
    assert len(results) > len(ROWS)
    assert all(cells[0] == "dialect" for cells in others), others


def _rows(text: str) -> list[list[str]]:
    """The headings, and the rows of the tables without their results."""
    lines = text[text.index("\n## ") :].splitlines()
    return [line.split(" | ")[:3] for line in lines if re.match(r"\||## ", line)]
