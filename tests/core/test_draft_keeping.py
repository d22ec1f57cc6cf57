"""Drafts on their way to the disk: nothing is lost or raised when that fails, and none meets another question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hitl_desktop.core import drafts
from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.drafts import CardDraft, Draft, KeptDrafts
from hitl_desktop.core.requests import Question
from tests.core.samples import CHECKPOINT, ID, OTHER_ID, opened, question, tool_approval
from tests.core.session_table import Table

AT = datetime(2026, 3, 4, 14, 5, tzinfo=UTC)
ASKED = question(tool_approval())


def draft(text: str, about: Question = ASKED) -> Draft:
    cards = {("", 0): CardDraft(words=(DecisionKind.REJECT, text, 0))} if text else {}
    return Draft("t1", about.id, CHECKPOINT, "Send?", AT, cards=cards, question=about)


def problems(table: Table) -> tuple[str, ...]:
    return table.session.records_problems


async def kept(table: Table) -> KeptDrafts:
    return await table.session.drafts.of(await table.review())


def texts(found: KeptDrafts) -> tuple[dict[str, str], list[str]]:
    def text(each: Draft) -> str:
        (card,) = each.cards.values()
        assert card.words is not None
        return card.words[1]

    return {key: text(each) for key, each in found.open.items()}, [text(each) for each in found.left]


async def test_a_draft_is_found_again_and_the_last_one_counts(table: Table) -> None:
    keeping = table.session.drafts
    for words in ("Too", "Too dear."):
        keeping.put([draft(words)])
        await keeping.save()
    assert not keeping.has_unsaved
    assert keeping.threads == {"t1"}
    assert texts(await kept(table)) == ({ID: "Too dear."}, [])
    keeping.put([draft("")])
    await keeping.save()
    assert keeping.threads == frozenset()
    assert await kept(table) == KeptDrafts()
    assert table.records.drafted == {}


async def test_what_is_not_on_the_disk_yet_is_found_too(table: Table) -> None:
    table.session.drafts.put([draft("Too dear.")])
    assert texts(await kept(table)) == ({ID: "Too dear."}, [])


@pytest.mark.parametrize(
    ("now", "still_asked"),
    [
        (ASKED, True),
        (replace(ASKED, answered=1), False),
        (question({**tool_approval(), "name": "delete"}), False),
        (question(tool_approval(), id_=OTHER_ID), False),
    ],
)
@pytest.mark.parametrize("checkpoint", [CHECKPOINT, "1f1e589c-8cfa-6aca-8005-4b24c745eadf"])
@pytest.mark.parametrize("full", [False, True])
async def test_a_draft_meets_no_other_question(
    now: Question, still_asked: bool, checkpoint: str, full: bool, table: Table
) -> None:
    table.records.full = full
    table.session.drafts.put([draft("Too dear.")])
    await table.session.drafts.save()
    table.records.full = False
    table.backend.details["t1"] = opened(now)
    table.backend.details["t1"] = replace(opened(now), summary=replace(opened(now).summary, checkpoint_id=checkpoint))
    assert texts(await kept(table)) == (({ID: "Too dear."}, []) if still_asked else ({}, ["Too dear."]))


async def test_a_draft_that_cannot_be_written_is_a_problem_until_it_can(table: Table) -> None:
    table.records.full = True
    table.session.drafts.put([draft("Too dear.")])
    await table.session.drafts.save()
    assert problems(table) == ("The disk is full.",)
    assert table.session.drafts.has_unsaved
    table.records.full = False
    assert texts(await kept(table)) == ({ID: "Too dear."}, []), "it is kept in memory"
    await table.session.drafts.save()
    assert problems(table) == ()
    assert len(table.records.drafted) == 1


async def test_drafts_that_cannot_be_read_are_a_problem_until_they_can(table: Table) -> None:
    table.records.full = True
    assert await kept(table) == KeptDrafts()
    assert problems(table) == ("The disk is full.",)
    table.records.full = False
    await kept(table)
    assert problems(table) == ()


async def test_a_draft_that_no_disk_would_take_is_not_tried_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MAX_CHARACTERS", 1000)
    table.session.drafts.put([draft("x" * 1000), draft("small", question("?", id_=OTHER_ID))])
    await table.session.drafts.save()
    (problem,) = problems(table)
    assert "could not be kept on the disk" in problem
    assert not table.session.drafts.has_unsaved
    assert len(table.records.drafted) == 1, "the others are written"
    assert texts(await kept(table)) == ({ID: "x" * 1000}, ["small"])
    table.session.drafts.put([draft("short")])
    await table.session.drafts.save()
    assert problems(table) == ()


async def test_what_was_answered_is_forgotten_whether_it_was_written_or_not(table: Table) -> None:
    keeping = table.session.drafts
    keeping.put([draft("written")])
    await keeping.save()
    keeping.put([draft("newer")])
    keeping.forget("t1", [ID])
    assert await kept(table) == KeptDrafts()
    await keeping.save()
    assert table.records.drafted == {}
    assert keeping.threads == frozenset()


async def test_a_draft_for_the_next_question_of_the_same_id_is_kept(table: Table) -> None:
    keeping = table.session.drafts
    keeping.put([draft("one")])
    keeping.forget("t1", [ID])
    keeping.put([draft("two", replace(ASKED, answered=1))])
    await keeping.save()
    table.backend.details["t1"] = opened(replace(ASKED, answered=1))
    assert texts(await kept(table)) == ({ID: "two"}, [])


async def test_a_draft_that_is_left_can_be_taken_away_by_itself(table: Table) -> None:
    keeping = table.session.drafts
    keeping.put([draft("one")])
    await keeping.save()
    keeping.put([draft("two", replace(ASKED, answered=1))])
    await keeping.save()
    found = await kept(table)
    assert texts(found) == ({ID: "one"}, ["two"])
    keeping.put([replace(found.left[0], cards={})])
    await keeping.save()
    assert texts(await kept(table)) == ({ID: "one"}, [])


async def test_closing_saves(table: Table) -> None:
    table.session.drafts.put([draft("Too dear.")])
    await table.session.close()
    assert table.noted[-2:] == ["keep drafts", "close records"]
