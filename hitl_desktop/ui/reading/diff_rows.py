"""The lines of a difference as they are shown: hidden characters spelled out, and what changed within a line marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hitl_desktop.core.differences import DiffLine, LineKind, Span, word_differences
from hitl_desktop.ui.hidden_characters import may_hide, visible
from hitl_desktop.ui.plain_text import LONGEST_LINE

SIGNS: dict[LineKind, str] = {"same": "  ", "removed": "- ", "added": "+ ", "note": ""}
"""What a line begins with, so that colour is never the only sign."""

_MOST_PAIRED = 60
_PIECE = 20 * LONGEST_LINE


class DiffRow(NamedTuple):
    """A line to show: its kind and numbers, its text with its sign, and the characters of it that changed.

    A very long line comes as several rows; `goes_on` marks those behind the first.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str
    marked: tuple[Span, ...] = ()
    goes_on: bool = False


def diff_rows(lines: Iterable[DiffLine]) -> Iterator[DiffRow]:
    """Each line as a row. As many lines that come as went before them are taken for the same lines, changed."""
    removed: list[DiffLine] = []
    added: list[DiffLine] = []
    for line in lines:
        is_long = len(line.text) > _PIECE
        is_run = not is_long and (line.kind == "added" or (line.kind == "removed" and not added))
        if not is_run or len(removed) + len(added) >= 2 * _MOST_PAIRED:
            yield from _run(removed, added)
            removed, added = [], []
        if is_long:
            yield from _pieces(line)
        elif line.kind == "removed":
            removed.append(line)
        elif line.kind == "added":
            added.append(line)
        else:
            yield _row(line, ends_alike=True)
    yield from _run(removed, added)


def _pieces(line: DiffLine) -> Iterator[DiffRow]:
    start, text = 0, line.text
    while start < len(text):
        end = start + _PIECE
        while end < len(text) and may_hide(text[end - 2 : end + 2]):  # a joiner is judged by its neighbours
            end += 1
        shown = visible(text[start:end])
        if start:
            yield DiffRow(line.kind, None, None, shown, goes_on=True)
        else:
            yield DiffRow(line.kind, line.old, line.new, SIGNS[line.kind] + shown)
        start = end


def _run(removed: list[DiffLine], added: list[DiffLine]) -> Iterator[DiffRow]:
    ends_alike = len({line.text.endswith("\r") for line in (*removed, *added)}) == 1
    before = [_row(line, ends_alike=ends_alike) for line in removed]
    after = [_row(line, ends_alike=ends_alike) for line in added]
    if len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            gone, come = word_differences(old.text[2:], new.text[2:])
            before[number], after[number] = _marked(old, gone), _marked(new, come)
    yield from before
    yield from after


def _row(line: DiffLine, *, ends_alike: bool) -> DiffRow:
    # Where all lines of a run end with CR LF that says nothing; where only some do, it is what changed.
    text = line.text.removesuffix("\r") if ends_alike else line.text
    return DiffRow(line.kind, line.old, line.new, SIGNS[line.kind] + visible(text))


def _marked(row: DiffRow, spans: tuple[Span, ...]) -> DiffRow:
    indent = len(SIGNS[row.kind])
    return row._replace(marked=tuple((start + indent, end + indent) for start, end in spans))
