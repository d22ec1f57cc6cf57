"""What differs between two texts, line by line, and between two JSON values, place by place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from hitl_desktop.core.alignment import gaps
from hitl_desktop.core.sameness import Sameness, same_json
from hitl_desktop.core.schema import Path
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json

LineKind: TypeAlias = Literal["same", "removed", "added", "note"]
ChangeKind: TypeAlias = Literal["added", "removed", "changed"]

MOST_CHARACTERS = 1_000_000
"""Of both texts together; longer ones are listed, the old one and then the new one."""

MOST_LINES = 20_000
"""Of both texts together, as well; they take 60 ms."""

MOST_PARTS = 100_000
"""Values inside of both JSON values together; of larger ones only the topmost fields are compared."""

NOT_COMPARED = "Too much to compare line by line: first all that is there before, then all that is there after."
NO_LINE_BREAK = "No line break at the end"

_LONGEST_MARKED = 500
_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)


class DiffLine(NamedTuple):
    """One line of a difference, without its line break; `old` and `new` are its numbers, from 1, where it has them.

    A "note" is no line of either text: it says something about the lines around it.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str


def line_differences(old: str, new: str) -> tuple[DiffLine, ...]:
    """The lines of both texts in one list. Nothing is left out, and the time is bounded.

    The lines that are same or removed are the old text, those that are same or added the new one. Where there was
    too much to compare, a note says so. Only ``\\n`` ends a line: a change of ``\\r\\n`` to ``\\n`` is a change.
    """
    return tuple(iterate_line_differences(old, new))


def iterate_line_differences(old: str, new: str) -> Iterator[DiffLine]:
    """The same, one after the other: for texts whose lines are too many to be made at once."""
    # A last line without a line break is another line only if the other text ends with one.
    differ_at_end = bool(old and new) and old.endswith("\n") != new.endswith("\n")
    before, after = _lines(old), _lines(new)
    last = len(before) if differ_at_end and not old.endswith("\n") else None
    new_last = len(after) if differ_at_end and not new.endswith("\n") else None
    if len(old) + len(new) > MOST_CHARACTERS or len(before) + len(after) > MOST_LINES:
        yield DiffLine("note", None, None, NOT_COMPARED)
        yield from _listed("removed", before, 0, len(before), last)
        yield from _listed("added", after, 0, len(after), new_last)
        return
    i = j = 0
    first = [(line, number == last) for number, line in enumerate(before, 1)]
    second = [(line, number == new_last) for number, line in enumerate(after, 1)]
    for gap in gaps(first, second):
        yield from (DiffLine("same", i + n + 1, j + n + 1, before[i + n]) for n in range(gap.old_start - i))
        if not gap.compared:
            yield DiffLine("note", None, None, NOT_COMPARED)
        yield from _listed("removed", before, gap.old_start, gap.old_end, last)
        yield from _listed("added", after, gap.new_start, gap.new_end, new_last)
        i, j = gap.old_end, gap.new_end
    yield from (DiffLine("same", i + n + 1, j + n + 1, before[i + n]) for n in range(len(before) - i))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def _listed(
    kind: Literal["removed", "added"], lines: list[str], start: int, end: int, unbroken: int | None
) -> Iterator[DiffLine]:
    for number in range(start + 1, end + 1):
        text = lines[number - 1]
        yield DiffLine(kind, number, None, text) if kind == "removed" else DiffLine(kind, None, number, text)
        if number == unbroken:
            yield DiffLine("note", None, None, NO_LINE_BREAK)


Span: TypeAlias = tuple[int, int]
"""Characters of a line: from here to there."""


def word_differences(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Which characters of one line became which of another, by words; nothing for long or mostly different lines."""
    if max(len(old), len(new)) > _LONGEST_MARKED:
        return (), ()
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    parted = gaps(before, after)
    removed = [(gap.old_start, gap.old_end) for gap in parted if gap.old_end > gap.old_start]
    added = [(gap.new_start, gap.new_end) for gap in parted if gap.new_end > gap.new_start]
    common = len("".join(before).strip()) - sum(len("".join(before[a:b]).strip()) for a, b in removed)
    if 3 * common < min(len(old.strip()), len(new.strip())):  # whole lines are easier to read than confetti
        return (), ()
    return _spans(before, removed), _spans(after, added)


def _spans(words: list[str], ranges: Iterable[Span]) -> tuple[Span, ...]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return tuple((starts[a], starts[b]) for a, b in ranges)


@dataclass(frozen=True, slots=True)
class Change:
    """One place at which two JSON values differ.

    `path` leads to it in the new value, or in the old one for what was removed. `before` is None for what was
    added, and `after` for what was removed; both are whole, whatever is inside of them.
    """

    kind: ChangeKind
    path: Path
    before: Json
    after: Json


def value_changes(before: Json, after: Json) -> tuple[Change, ...]:
    """Where two JSON values differ, in the order in which they read; empty if they are the same.

    Each place is the deepest at which both have something, or at which only one has. `5`, `5.0`, `"5"` and
    `true` differ, NaN is the same as NaN, the order of an object's fields does not count. Elements of lists are
    aligned; one that moved is removed here and added there. A Python value (a tagged object) is one value, unless
    both have the same type and parts. Beyond `MOST_PARTS` only the fields of an object are compared, each as a whole.
    """
    numbers = Sameness()
    left = numbers.take_in(before, MOST_PARTS)
    is_small = left >= 0 and numbers.take_in(after, left) >= 0
    changes: list[Change] = []
    waiting: list[Change | tuple[Path, Json, Json]] = [((), before, after)]
    while waiting:
        place = waiting.pop()
        if isinstance(place, Change):
            changes.append(place)
            continue
        path, one, other = place
        if numbers.number(one) == numbers.number(other) if is_small else same_json(one, other):
            continue
        parts, others = _content(one), _content(other)
        alike = type(parts) is type(others) and _tag(one) == _tag(other)
        if alike and isinstance(parts, dict) and (is_small or not path):
            waiting += reversed(list(_fields(path, parts, others)))
        elif alike and isinstance(parts, list) and is_small:
            waiting += reversed(list(_elements(path, parts, others, numbers)))
        else:
            changes.append(Change("changed", path, one, other))
    return tuple(changes)


def _fields(path: Path, before: dict[str, Json], after: dict[str, Json]) -> Iterator[Change | tuple[Path, Json, Json]]:
    for name, value in before.items():
        here = (*path, name)
        yield (here, value, after[name]) if name in after else Change("removed", here, value, None)
    for name in after:
        if name not in before:
            yield Change("added", (*path, name), None, after[name])


def _elements(
    path: Path, before: list[Json], after: list[Json], numbers: Sameness
) -> Iterator[Change | tuple[Path, Json, Json]]:
    first, second = [numbers.number(each) for each in before], [numbers.number(each) for each in after]
    parted = gaps(first, second)
    gone = Counter(first[i] for gap in parted for i in range(gap.old_start, gap.old_end))
    come = Counter(second[j] for gap in parted for j in range(gap.new_start, gap.new_end))
    for gap in parted:
        # One that stands elsewhere on the other side has moved; it did not become its neighbour.
        old = [i for i in range(gap.old_start, gap.old_end) if not come[first[i]]]
        new = [j for j in range(gap.new_start, gap.new_end) if not gone[second[j]]]
        pairs = dict(zip(old, new, strict=False))
        for i in range(gap.old_start, gap.old_end):
            if i in pairs:
                yield (*path, pairs[i]), before[i], after[pairs[i]]
            else:
                yield Change("removed", (*path, i), before[i], None)
        paired = set(pairs.values())
        for j in range(gap.new_start, gap.new_end):
            if j not in paired:
                yield Change("added", (*path, j), None, after[j])


def _tag(value: Json) -> str | None:
    is_tagged = isinstance(value, dict) and value.keys() == {TYPE_TAG, VALUE_TAG} and isinstance(value[TYPE_TAG], str)
    return str(value[TYPE_TAG]) if is_tagged else None


def _content(value: Json) -> Json:
    return value if _tag(value) is None else value[VALUE_TAG]
