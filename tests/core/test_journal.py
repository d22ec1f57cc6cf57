"""The chain of the journal: whatever is done to it later is found, and said at which entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from hitl_desktop.core.journal import (
    BEFORE_THE_FIRST,
    Anchor,
    EntryKind,
    JournalEntry,
    Reviewer,
    WrittenEntry,
    findings,
    hash_of,
    write_entry,
)

Chain = list[WrittenEntry]


def chain(count: int) -> Chain:
    entries: Chain = []
    for number in range(1, count + 1):
        entry = JournalEntry(EntryKind.DECISION, f"t{number}", answer={"n": number}, reason="\ud800 ü")
        previous = entries[-1].hash if entries else BEFORE_THE_FIRST
        entries.append(write_entry(entry, number, previous, "2026-01-01T00:00:00+00:00", Reviewer("ana", "Ana A.")))
    return entries


def told(entries: Chain, *anchors: Anchor) -> list[str]:
    return [finding.words for finding in findings(entries, anchors)]


def changed(entry: WrittenEntry, *, consistent: bool = False) -> WrittenEntry:
    body = entry.body.replace('"reviewer":"Ana A."', '"reviewer":"Bo B."')
    assert body != entry.body
    return WrittenEntry(entry.number, body, _hash(body) if consistent else entry.hash)


def _hash(body: str) -> str:
    import hashlib

    return hashlib.sha256(body.encode()).hexdigest()


def rewritten(entries: Chain, first: int) -> Chain:
    """All entries from `first` on written anew over a changed one, as somebody does who knows how it works."""
    made = entries[: first - 1]
    for entry in entries[first - 1 :]:
        fields = {**entry.fields, "previous": made[-1].hash if made else BEFORE_THE_FIRST, "reviewer": "Bo B."}
        body = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        made.append(WrittenEntry(entry.number, body, _hash(body)))
    return made


def test_an_entry_says_everything_and_is_read_back() -> None:
    (entry,) = chain(1)
    assert entry.fields["reason"] == "\ud800 ü"
    assert entry.fields["user"] == "ana"
    assert entry.fields["reviewer"] == "Ana A."
    assert entry.fields["answer_hash"] == hash_of({"n": 1})
    assert entry.fields["previous"] == BEFORE_THE_FIRST
    assert entry.body.isascii()


def test_a_value_has_one_hash() -> None:
    assert hash_of({"a": 1, "b": [None]}) == hash_of({"b": [None], "a": 1})
    assert len({hash_of(1), hash_of(1.0), hash_of("1"), hash_of(True), hash_of(None), hash_of([1])}) == 6


def test_a_whole_chain_has_nothing_wrong_with_it() -> None:
    entries = chain(5)
    assert told([]) == []
    assert told(entries) == []
    assert told(entries, Anchor(3, entries[2].hash), Anchor(5, entries[4].hash)) == []


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(
            lambda c: [*c[:2], changed(c[2]), *c[3:]],
            ["Entry 3 was changed: its text has another hash than was written with it."],
            id="changed",
        ),
        pytest.param(
            lambda c: [*c[:2], changed(c[2], consistent=True), *c[3:]],
            ["Entry 4 does not follow on entry 3: one of the two was changed, inserted or exchanged."],
            id="changed, with its hash",
        ),
        pytest.param(lambda c: [*c[:2], *c[3:]], ["Entry 3 is missing."], id="removed"),
        pytest.param(lambda c: [c[0], c[4]], ["Entries 2 to 4 are missing."], id="several removed"),
        pytest.param(
            lambda c: [*c[:2], *(replace(each, number=each.number - 1) for each in c[3:])],
            ["Entry 3 was put there: it was written as entry 4.", "Entry 4 was put there: it was written as entry 5."],
            id="removed and numbered anew",
        ),
        pytest.param(
            lambda c: [c[0], replace(c[2], number=2), replace(c[1], number=3), *c[3:]],
            [
                "Entry 2 was put there: it was written as entry 3.",
                "Entry 3 was put there: it was written as entry 2.",
                "Entry 4 does not follow on entry 3: one of the two was changed, inserted or exchanged.",
            ],
            id="exchanged",
        ),
        pytest.param(lambda c: c[1:], ["Entry 1 is missing."], id="beginning removed"),
        pytest.param(
            lambda c: [write_entry(JournalEntry(EntryKind.DECISION), 1, "f" * 64, "", Reviewer())],
            ["Entry 1 is not the first one that was written."],
            id="another beginning",
        ),
        pytest.param(
            lambda c: [c[0], WrittenEntry(2, "[]", _hash("[]")), *c[2:]],
            [
                "Entry 2 cannot be read: its text is no entry.",
                "Entry 3 does not follow on entry 2: one of the two was changed, inserted or exchanged.",
            ],
            id="no entry",
        ),
    ],
)
def test_what_was_done_to_it_is_found(tamper: Callable[[Chain], Chain], expected: list[str]) -> None:
    assert told(tamper(chain(5))) == expected


def test_only_an_anchor_finds_a_cut_end_and_a_chain_that_was_written_anew() -> None:
    entries = chain(5)
    anchor = Anchor(5, entries[4].hash)
    assert told(entries[:4]) == []
    assert told(entries[:4], anchor) == ["The end is cut off: entry 5 is missing."]
    assert told(entries[:2], anchor) == ["The end is cut off: entries 3 to 5 are missing."]
    assert told([], anchor) == ["The end is cut off: entries 1 to 5 are missing."]
    assert told(rewritten(entries, 2)) == []
    (found,) = told(rewritten(entries, 2), anchor)
    assert found.startswith("Entry 5 is another one than was written: its hash was ")
