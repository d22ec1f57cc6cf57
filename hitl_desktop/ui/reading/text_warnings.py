"""The warning beside a text: what hides in it and what passes for something else, however long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.plain_text import describe_hidden
from hitl_desktop.ui.reading.in_pieces import InPieces

_PIECE = 20_000
_OVERLAP = 100


def may_need_warning(text: str) -> bool:
    """Whether there is something to warn of in a text, or it is too long to tell at once."""
    return len(text) > _PIECE or bool(describe_hidden(text))


class TextWarnings(MarkedLines):
    """Lines of warning on texts. A short text is looked at at once, a long one in pieces while the event loop runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warning", parent)
        self._checking: InPieces | None = None

    def check(self, *texts: str) -> None:
        """Warn of what is in these texts, and of nothing else."""
        if sum(map(len, texts)) <= _PIECE:
            self.show_lines(list(dict.fromkeys(filter(None, map(describe_hidden, texts)))))
            return
        self.show_lines([])
        if self._checking is None:
            self._checking = InPieces(self)
        self._checking.run(_check(texts, self.show_lines))

    def is_done(self) -> bool:
        """Whether all of the texts have been looked at."""
        return self._checking is None or self._checking.is_done()


def _check(texts: tuple[str, ...], show: Callable[[list[str]], None]) -> Iterator[None]:
    lines: dict[str, None] = {}
    for text in texts:
        for start in range(0, len(text), _PIECE):
            yield
            note = describe_hidden(text[max(0, start - _OVERLAP) : start + _PIECE])
            if note:
                end = min(len(text), start + _PIECE)
                lines[f"Characters {start + 1:,} to {end:,}: {note}" if len(text) > _PIECE else note] = None
                show(list(lines))
