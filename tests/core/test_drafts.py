"""Drafts written down and read again: every text exactly, and only for the question that they were typed on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.core import drafts
from hitl_desktop.core.decisions import (
    Approve,
    Continue,
    Decision,
    DecisionKind,
    Edit,
    Ignore,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.drafts import CardDraft, Draft, ValueDraft, fingerprint, read_draft, stored, words_of
from hitl_desktop.core.requests import Question
from hitl_desktop.core.values import same
from tests.core.samples import CHECKPOINT, ID, at_breakpoint, question

AT = datetime(2026, 3, 4, 14, 5, 6, 789_000, UTC)
TORN = "half \ud83d of a face, \udc00, a null \0, ü, \u202e and a newline\r\n"


def draft(card: CardDraft, **changes: Any) -> Draft:
    return replace(Draft("t1", ID, CHECKPOINT, "Send?", AT, cards={("", 0): card}, asked="x"), **changes)


@pytest.mark.parametrize(
    "card",
    [
        CardDraft(),
        CardDraft(shape="Number"),
        CardDraft(words=(DecisionKind.REJECT, TORN, 2)),
        CardDraft(words=(DecisionKind.RESPOND, "", 0)),
        CardDraft(value=ValueDraft(None)),
        CardDraft(value=ValueDraft({"a": [1, 1.0, True, None, -0.0, 10**40, float("inf")], TORN: TORN})),
        CardDraft(value=ValueDraft({"a": 1}, ((("a",), "12x"), (("b", 0, "c"), TORN)))),
        CardDraft(value=ValueDraft({"a": 1}, (((), '{"a": 1,,' + TORN),), is_json=True)),
    ],
)
def test_a_card_comes_back_as_it_was(card: CardDraft) -> None:
    whole = draft(card, view="Its arguments")
    back = read_draft(stored(whole))
    assert back == whole
    assert same(drafts.content_of(back), drafts.content_of(whole)), "1 is not 1.0, and not True"
    assert stored(whole).content.isascii(), "SQLite takes no half characters"


@pytest.mark.parametrize(
    "decision",
    [Approve(), Edit({"n": 5.0}), Reject(TORN, 1), Respond("r"), Ignore(), Submit([1], "Number"), Continue()],
)
def test_every_decision_comes_back(decision: Decision) -> None:
    (card,) = read_draft(stored(draft(CardDraft(decision)))).cards.values()
    assert card.decision == decision
    assert type(card.decision) is type(decision)


def test_a_draft_of_nothing_has_no_content() -> None:
    assert not draft(CardDraft(), cards={})
    assert stored(draft(CardDraft(), cards={})).content == ""
    assert draft(CardDraft(), cards={}, view="Another view")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"asks": "", "view": "", "cards": [{}]}'])
def test_what_is_no_draft_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_draft(replace(stored(draft(CardDraft())), content=content))


def test_a_draft_that_is_too_large_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = "x"
    for _ in range(50_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        stored(draft(CardDraft(value=ValueDraft(deep))))
    monkeypatch.setattr(drafts, "MAX_CHARACTERS", 1_000_000)
    with pytest.raises(ValueError, match="more than 1 million characters"):
        stored(draft(CardDraft(words=(DecisionKind.REJECT, "x" * 1_000_000, 0))))


ASKED = question({"action": "send", "to": ["ana"]})


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (question({"action": "send", "to": ["ana"]}), True),
        (replace(ASKED, earlier=("x",), path=("a", "ask")), True),
        (question({"action": "send", "to": ["bo"]}), False),
        (question({"action": "send", "to": ["ana"]}, id_="f" * 32), False),
        (replace(ASKED, answered=1), False),
    ],
)
def test_a_question_is_told_from_any_other(other: Question, is_same: bool) -> None:
    assert (fingerprint(other) == fingerprint(ASKED)) is is_same


def test_a_breakpoint_is_known_by_its_checkpoint_alone() -> None:
    assert fingerprint(at_breakpoint({"a": 1})) == fingerprint(at_breakpoint({"a": 2}))


def test_a_question_is_the_same_in_another_process() -> None:
    program = """
from tests.core.samples import question
from hitl_desktop.core.drafts import fingerprint
print(fingerprint(question({"names": {"ana", "bo", "cleo", "dan"}, "more": [frozenset({"x", "y", "z"})]})))
"""
    root = Path(__file__).parents[2]
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(root)},
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in range(4)
    }
    assert len(found) == 1


def test_the_words_of_a_draft_hold_all_that_was_typed() -> None:
    cards = {
        ("", 0): CardDraft(words=(DecisionKind.REJECT, "Too dear.", 0)),
        ("", 1): CardDraft(value=ValueDraft({"a": "typed"}, ((("n",), "12x"),))),
        ("", 2): CardDraft(value=ValueDraft(None, (((), '{"broken": '),), is_json=True)),
        ("", 3): CardDraft(Respond("By the sea")),
    }
    words = words_of(draft(CardDraft(), cards=cards))
    for text in ("Send?", "Too dear.", "typed", "12x", '{"broken": ', "By the sea"):
        assert text in words
