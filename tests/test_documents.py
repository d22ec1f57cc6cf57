"""What the documents name is there: a promise that names its test must have one."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
NAMED_TESTS = sorted(
    {name for document in DOCUMENTS for name in re.findall(r"`(tests/[\w/.:]+)`", document.read_text(encoding="utf-8"))}
)


@pytest.mark.parametrize("name", NAMED_TESTS)
def test_a_test_that_a_document_names_is_there(name: str) -> None:
    file, *inside = name.split("::")
    assert (ROOT / file).exists()
    text = (ROOT / file).read_text(encoding="utf-8") if inside else ""
    assert all(re.search(rf"^\s*(async def|def|class) {re.escape(each)}\b", text, re.MULTILINE) for each in inside)


def test_safety_names_tests() -> None:
    safety = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert len([name for name in NAMED_TESTS if name in safety]) > 20


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_guide_shows_the_code_that_is_tested() -> None:
    guide = runpy.run_path(str(ROOT / "docs" / "fill_guide.py"))
    page = guide["PAGE"].read_text(encoding="utf-8")
    assert guide["filled"](page) == page, "run docs/fill_guide.py"
    assert page.count("```python") >= 15
