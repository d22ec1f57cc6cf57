"""The text of the run log: rows written into a document, grown, changed, folded and dropped in place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from hitl_desktop.ui.plain_text import SOFT_BREAK, visible
from hitl_desktop.ui.run_log_look import LogLook
from hitl_desktop.ui.run_log_row import LogRow
from hitl_desktop.ui.run_log_rows import Changes

LONGEST_LINE: Final = 1_000
"""Characters in a block. Qt lays the whole block out at each insertion: 0.2 ms at this length, 12 ms at 100,000."""

AT_ONCE: Final = 150
"""Rows that are written in one go, which takes about 15 ms."""

MOST_DETAILS: Final = 200_000
"""Characters of folded text that are shown. Copying takes all."""

_LONG_LINE = re.compile(rf"[^\n]{{{LONGEST_LINE}}}(?=[^\n])")
_UNFINISHED = re.compile("(?:⟨(?:U(?:\\+[0-9A-F]{0,6})?)?|[\u200c\u200d\r]+)\\Z")
_PLAIN_BLOCK = QTextBlockFormat()


@dataclass(slots=True)
class _Live:
    """Where a row that may still change stands, and what its text ended with."""

    head: QTextCursor
    tail: QTextCursor
    context: str = ""
    held: str = ""


class LogText:
    """Writes rows into a document.

    A block's user state says what it is: the row's number for the first block of a row, ``-2 - number`` for a fold
    of its own, -1 for all others. So no cursor has to be kept for rows that no longer change; Qt would have to move
    each of them at each insertion.
    """

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._live: dict[int, _Live] = {}
        self._earlier: list[LogRow] = []
        self.look: LogLook | None = None
        self.rows: dict[int, LogRow] = {}

    def write_anew(self, rows: Iterable[LogRow], look: LogLook) -> None:
        """Replace everything by these rows: the last of them at once, the others with `write_earlier`."""
        self.look = look
        self._live.clear()
        self._document.clear()
        self.rows = {}
        earlier = list(rows)
        self._earlier = earlier[:-AT_ONCE]
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        for row in earlier[-AT_ONCE:]:
            self._write(cursor, row)
        cursor.endEditBlock()

    def write_earlier(self) -> bool:
        """Write more of the rows that are left above those that stand there; returns whether there are still more."""
        assert self.look is not None
        rows, self._earlier = self._earlier[-AT_ONCE:], self._earlier[:-AT_ONCE]
        if not rows:
            return False
        first = self._document.firstBlock()
        state = first.userState()
        cursor = QTextCursor(first)
        cursor.beginEditBlock()
        # The text moves on into a block that is new, and so has no state.
        cursor.insertBlock(_PLAIN_BLOCK, self.look.body)
        cursor.block().setUserState(state)
        cursor.setPosition(0)
        for place, row in enumerate(rows):
            self._write(cursor, row, after_another=place > 0)
        cursor.insertBlock(_PLAIN_BLOCK, self.look.gap)
        cursor.endEditBlock()
        return bool(self._earlier)

    def apply(self, changes: Changes, node: str) -> None:
        """Show what a batch of events did, of this node and the run itself, or all of it for an empty name."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        for number, row in changes.changed.items():
            if number in self._live:
                self._rewrite(row)
        for number, text in changes.grown.items():
            if number in self._live:
                self._grow(self.rows[number], self._live[number], text)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for row in changes.added:
            if not node or row.node in (node, ""):
                self._write(cursor, row)
        cursor.endEditBlock()
        for number in [number for number in self._live if not self.rows[number].live]:
            self._grow(self.rows[number], self._live.pop(number), "")

    def drop_before(self, first: int) -> int:
        """Take out the rows before this number; returns how many lines that were."""
        self._earlier = [row for row in self._earlier if row.number >= first]
        lines, block = self._document.lineCount(), self._document.firstBlock()
        while block.isValid() and block.userState() < first:
            block = block.next()
        for number in [number for number in self.rows if number < first]:
            del self.rows[number]
            self._live.pop(number, None)
        cursor = QTextCursor(self._document)
        if block.isValid():
            cursor.setPosition(block.position(), QTextCursor.MoveMode.KeepAnchor)
        else:
            cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        return lines - self._document.lineCount()

    def toggle(self, block: QTextBlock) -> bool:
        """Fold or unfold the details whose fold this block is; returns False for any other block."""
        row = self.folding_row(block)
        if row is None or row.details is None or self.look is None:
            return False
        row.unfolded = not row.unfolded
        start, state = block.position(), block.userState()
        cursor = QTextCursor(block)
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        if row.fold_in_head:
            cursor.removeSelectedText()
            self._put_head(cursor, row)
        else:
            cursor.insertText(_fold_words(row), self.look.fold)
        if row.unfolded:
            self._put_details(cursor, row)
        else:
            cursor.setPosition(self._end_of_row(block), QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        # Of blocks that become one, Qt keeps the last with its state.
        self._document.findBlock(start).setUserState(state)
        cursor.endEditBlock()
        return True

    def folding_row(self, block: QTextBlock) -> LogRow | None:
        """The row whose fold this block is."""
        if block.userState() <= -2:
            return self.rows.get(-2 - block.userState())
        row = self.row_starting(block)
        return row if row is not None and row.fold_in_head and row.details is not None else None

    def fold_of(self, number: int) -> QTextBlock | None:
        """The fold of this row, if it has one and is shown."""
        block = self._document.lastBlock()
        while block.isValid():
            if block.userState() == -2 - number:
                return block
            block = block.previous()
        return None

    def all_rows(self) -> list[LogRow]:
        """All rows in their order, those included that are still to be written."""
        return [*self._earlier, *(self.rows[number] for number in sorted(self.rows))]

    def row_starting(self, block: QTextBlock) -> LogRow | None:
        """The row whose first block this is."""
        return self.rows.get(block.userState()) if block.userState() >= 0 else None

    def _write(self, cursor: QTextCursor, row: LogRow, *, after_another: bool | None = None) -> None:
        assert self.look is not None
        if self.rows if after_another is None else after_another:
            cursor.insertBlock(_PLAIN_BLOCK, self.look.gap)
            cursor.insertBlock(_PLAIN_BLOCK, self.look.body)
        self.rows[row.number] = row
        start = cursor.position()
        cursor.block().setUserState(row.number)
        self._put_head(cursor, row)
        self._put_rest(cursor, row)
        if row.live:
            head, tail = QTextCursor(self._document), QTextCursor(cursor)
            head.setPosition(start)
            # It stays where it is when the next row is inserted there.
            tail.setKeepPositionOnInsert(True)
            text, held = _finished(row.text)
            self._live[row.number] = _Live(head, tail, text[-2:], held)

    def _put_head(self, cursor: QTextCursor, row: LogRow) -> None:
        assert self.look is not None
        cursor.insertText(_one_line(row.title), self.look.title(row))
        if row.detail:
            cursor.insertText(f"  {_one_line(row.detail)}", self.look.detail(row))
        if row.fold_in_head and row.details is not None:
            cursor.insertText(f"   {_fold_words(row)}", self.look.fold)

    def _put_rest(self, cursor: QTextCursor, row: LogRow) -> None:
        assert self.look is not None
        if row.pieces:
            cursor.insertBlock(_PLAIN_BLOCK, self.look.text(row))
            text = _finished(row.text)[0] if row.live else row.text
            _insert(cursor, visible(text), self.look.text(row))
        if row.details is not None and not row.fold_in_head:
            cursor.insertBlock(_PLAIN_BLOCK, self.look.fold)
            cursor.block().setUserState(-2 - row.number)
            cursor.insertText(_fold_words(row), self.look.fold)
        if row.unfolded:
            self._put_details(cursor, row)

    def _put_details(self, cursor: QTextCursor, row: LogRow) -> None:
        assert self.look is not None
        assert row.details is not None
        text = row.details()
        cursor.insertBlock(_PLAIN_BLOCK, self.look.code)
        _insert(cursor, visible(text[:MOST_DETAILS].rstrip("\n")), self.look.code)
        if len(text) > MOST_DETAILS:
            cursor.insertBlock(_PLAIN_BLOCK, self.look.fold)
            cursor.insertText(f"… {len(text) - MOST_DETAILS:,} more characters, which “Copy all” takes", self.look.fold)

    def _rewrite(self, row: LogRow) -> None:
        """Write the head of a row anew, with what it has got below now that it is no longer live."""
        cursor = QTextCursor(self._live[row.number].head)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._put_head(cursor, row)
        self._put_rest(cursor, row)

    def _grow(self, row: LogRow, live: _Live, text: str) -> None:
        assert self.look is not None
        text, live.held = _finished(live.held + text) if row.live else (live.held + text, "")
        if not text:
            return
        shown = visible(live.context + text)[len(visible(live.context)) :]
        live.context = (live.context + text)[-2:]
        cursor = QTextCursor(self._document)
        cursor.setPosition(live.tail.position())
        _insert(cursor, shown, self.look.text(row))
        live.tail.setPosition(cursor.position())

    def _end_of_row(self, block: QTextBlock) -> int:
        """The position of the end of the row that this block belongs to."""
        following = block.next()
        while following.isValid() and following.userState() == -1:
            block, following = following, following.next()
        if following.isValid():
            block = block.previous()  # the gap between two rows
        return block.position() + block.length() - 1


def _finished(text: str) -> tuple[str, str]:
    """The text, and its end that must be held back: how it is to be shown, the next characters tell.

    That is so for a joiner, for a carriage return, and for what may become a spelled-out character (see `visible`).
    """
    unfinished = _UNFINISHED.search(text)
    return (text[: unfinished.start()], unfinished[0]) if unfinished else (text, "")


def _insert(cursor: QTextCursor, text: str, look: QTextCharFormat) -> None:
    """Insert text, broken softly where a line would become too long for Qt."""
    first = text.find("\n")
    if cursor.block().length() + (len(text) if first < 0 else first) > LONGEST_LINE and not cursor.atBlockStart():
        text = SOFT_BREAK + text
    cursor.insertText(_LONG_LINE.sub(lambda match: match[0] + SOFT_BREAK, text), look)


@lru_cache(maxsize=1_000)  # the same few nodes and tools name thousands of rows
def _one_line(text: str) -> str:
    return visible(" ".join(text[:500].split())) or "(no name)"


def _fold_words(row: LogRow) -> str:
    if row.fold_in_head:
        return f"{'▾' if row.unfolded else '▸'} {_one_line(row.fold)}"
    return f"▾ Hide {_one_line(row.fold)}" if row.unfolded else f"▸ Show {_one_line(row.fold)}"
