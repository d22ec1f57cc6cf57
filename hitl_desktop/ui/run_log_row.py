"""One row of the run log: what it says, what it keeps behind a fold, and how it is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, Literal, TypeAlias

from hitl_desktop.core.values import Json, dump_json

Tone: TypeAlias = Literal["plain", "muted", "running", "good", "waiting", "bad"]

SHOWN_LINES: Final = 15
SHOWN_CHARACTERS: Final = 1_500
"""Longer texts and larger values go behind a fold."""

KEPT_CHARACTERS: Final = 50_000
"""Larger values are not kept in the log, about; the state shows them."""

_ONE_LINE: Final = 80


@dataclass(slots=True)
class LogRow:
    """An icon, a title and a few words about it, text below, and more of it behind a fold.

    `node` is what the log is filtered by, empty for the run itself. `pieces` make the text; `code` says that it is
    JSON. `fold` names what `details` gives, `fold_in_head` that it stands beside the title. A `live` row may still
    change or grow. `begun` is of the monotonic clock, `weight` in characters.
    """

    number: int
    time: datetime
    icon: str
    node: str
    title: str
    detail: str = ""
    tone: Tone = "plain"
    pieces: list[str] = field(default_factory=list)
    code: bool = False
    fold: str = ""
    details: Callable[[], str] | None = None
    fold_in_head: bool = False
    unfolded: bool = False
    live: bool = False
    begun: float = 0.0
    weight: int = 0

    @property
    def text(self) -> str:
        """The text below the title, whole."""
        return "".join(self.pieces)

    def as_text(self) -> str:
        """The row as it is copied: with its time, and what is folded included."""
        head = "  ".join(part for part in (f"{self.time:%H:%M:%S}", self.title, self.detail) if part)
        parts = (head, self.text, "" if self.details is None else self.details())
        return "\n".join(part for part in parts if part)

    def put_text(self, text: str, what: str) -> int:
        """Show this text, behind a fold where it is long; returns its weight."""
        if len(text) <= SHOWN_CHARACTERS and text.count("\n") < SHOWN_LINES:
            self.pieces = [text] if text else []
            return len(text)
        return self.put_details(text, what)

    def put_details(self, text: str, what: str) -> int:
        """Keep this text behind the fold; returns its weight."""
        lines = text.rstrip("\n").count("\n") + 1
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        self.fold, self.details = f"{what}, {size}", lambda: text
        return len(text)

    def put_json(self, value: Json, what: str, *, always_folded: bool = False) -> int:
        """Show this value, behind a fold where it is large; returns its weight. Empty values show nothing."""
        if value in (None, {}, []):
            return 0
        size = _size(value)
        if size > KEPT_CHARACTERS:
            self.pieces = [f"({what}: more than {KEPT_CHARACTERS:,} characters, not kept in the log)"]
        elif size > SHOWN_CHARACTERS or always_folded:
            self.fold, self.details = what, partial(dump_json, value)
        else:
            line = dump_json(value, indent=None)
            self.pieces, self.code = [line if len(line) <= _ONE_LINE else dump_json(value)], True
        return min(size, KEPT_CHARACTERS)


def duration_words(seconds: float) -> str:
    """A duration in words: "0.04 s", "3.2 s", "12 s", "2 min 5 s", "1 h 2 min"."""
    if seconds < 0.995:
        return f"{max(0.0, seconds):.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _size(value: Json) -> int:
    """About how many characters the value has as JSON; not counted further than what is kept."""
    size, rest = 0, [value]
    while rest and size <= KEPT_CHARACTERS:
        match rest.pop():
            case str() as text:
                size += len(text) + 2
            case dict() as fields:
                size += sum(len(key) + 6 for key in fields)
                rest.extend(fields.values())
            case list() as items:
                size += 2
                rest.extend(items)
            case _:
                size += 6
    return size
