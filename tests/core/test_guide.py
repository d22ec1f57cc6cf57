"""The developer guide's dialect is one file and one line, and works."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hitl_desktop.core import dialects
from hitl_desktop.core.decisions import InvalidAnswerError, Submit
from hitl_desktop.core.dialects import DIALECTS, answer_request, read_request
from hitl_desktop.core.requests import Resume
from tests.core.samples import question

GUIDE = Path(__file__).parents[2] / "docs" / "dialects.md"
LOGO = {"type": "vote", "question": "Which logo?", "options": ["A", "B"]}


def test_the_table_of_the_guide_names_every_dialect_in_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert rows == [dialect.name for dialect in DIALECTS]


def test_the_dialect_of_the_guide_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert code is not None
    module: Any = ModuleType("vote")
    exec(code[1], module.__dict__)
    monkeypatch.setattr(dialects, "DIALECTS", (*DIALECTS[:-2], module.VOTE, *DIALECTS[-2:]))
    monkeypatch.setattr(dialects, "_BY_NAME", {each.name: each for each in dialects.DIALECTS})

    request = read_request(question(LOGO))
    assert (request.dialect, request.asks) == ("vote", "Which logo?")
    assert answer_request(request, [Submit({"vote": "B"})]) == Resume({"vote": "B"})
    for wrong in ({}, {"vote": "C"}, "B", {"vote": ["B"]}):
        with pytest.raises(InvalidAnswerError):
            answer_request(request, [Submit(wrong)])
    assert read_request(question({"type": "vote"})).dialect == "raw"
