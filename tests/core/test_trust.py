"""Which project is covered by which trust, and how both are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hitl_desktop.core.trust import ProjectReach, TrustedFolder, Used, read_table, spelled, to_table

SINCE = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
HERE = ProjectReach("/p", (Used("./agent.py: graph"),), (Used("."),))


def outside(*places: str) -> ProjectReach:
    return ProjectReach("/p", code=tuple(Used(place, place) for place in places))


@pytest.mark.parametrize(
    ("entry", "reach", "covered"),
    [
        (TrustedFolder("/p", SINCE), HERE, True),
        (TrustedFolder("/p", SINCE), ProjectReach("/p/below"), False),
        (TrustedFolder("/p", SINCE), ProjectReach("/"), False),
        (TrustedFolder("/p", SINCE), outside("/lib"), False),
        (TrustedFolder("/p", SINCE, frozenset({"/lib"})), outside("/lib"), True),
        (TrustedFolder("/p", SINCE, frozenset({"/lib"})), HERE, True),
        (TrustedFolder("/p", SINCE, frozenset({"/lib"})), outside("/lib", "/etc"), False),
        (TrustedFolder("/p", SINCE, frozenset({"/lib"})), outside("/lib/below"), False),
        (TrustedFolder("/p", SINCE, identity="7"), replace(HERE, identity="7"), True),
        (TrustedFolder("/p", SINCE, identity="7"), replace(HERE, identity="8"), False),
        (TrustedFolder("/p", SINCE, identity="7"), HERE, False),
        (TrustedFolder("/p", SINCE), replace(HERE, identity="8"), True),
    ],
)
def test_trust_covers_the_folder_and_what_was_shown_outside(
    entry: TrustedFolder, reach: ProjectReach, covered: bool
) -> None:
    assert entry.covers(reach) is covered


def test_a_table_is_read_as_it_was_written() -> None:
    entries = (TrustedFolder("/a", SINCE), TrustedFolder("/b", SINCE, frozenset({"/lib", "/etc"}), "7"))
    assert read_table(to_table(reversed(entries))) == entries


GOOD = {"folder": "/p", "since": SINCE, "outside": ["/lib"]}


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"trusted": "all"},
        {"trusted": ["/p"]},
        {"trusted": [{**GOOD, "folder": 1}]},
        {"trusted": [{**GOOD, "since": "today"}]},
        {"trusted": [{**GOOD, "outside": "/"}]},
        {"trusted": [{**GOOD, "outside": [1]}]},
        {"trusted": [{**GOOD, "identity": 7}]},
        {"trusted": [{"folder": "/p"}]},
    ],
)
def test_an_entry_that_is_not_understood_trusts_nothing(table: dict[str, Any]) -> None:
    assert read_table(table) == ()
    assert len(read_table({"trusted": [GOOD]})) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("./münchen/agent.py", "./münchen/agent.py"),
        ("a\nb", r"a\nb"),
        ("a\u2028b", r"a\u2028b"),
        ("a\u202eb\u200b", r"a\u202eb\u200b"),
        ("a\udce9\x1b", r"a\udce9\x1b"),
        ("", ""),
    ],
)
def test_what_would_hide_or_begin_a_line_is_spelled_out(text: str, shown: str) -> None:
    assert spelled(text) == shown
    assert Used(text, outside=text, note=text).line == f"{shown}{f' → {shown} ({shown})' if text else ''}"
