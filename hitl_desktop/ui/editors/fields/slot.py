"""The place of one value in a form: its label, its field, what is wrong with it, and whether it is there at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value, path_text
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.base import sentence
from hitl_desktop.ui.editors.fields.base import ABSENT, Place, is_present
from hitl_desktop.ui.editors.fields.rules import about, help_text
from hitl_desktop.ui.editors.fields.schema_parts import hint
from hitl_desktop.ui.editors.fields.slot_parts import AbsentRow, SlotHeader
from hitl_desktop.ui.editors.fields.wrappers import HolderField
from hitl_desktop.ui.editors.marks import Accent, AccentLabel, MarkedLines
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added

_LINES: dict[Accent, str] = {"error": "problems", "warning": "notes"}


class Slot(QWidget):
    """One value of a form that may be absent, with what was proposed for it. Alt+Backspace goes back to that.

    Signals:
        changed(): a person changed, added, removed or reset the value.
        removed(): a person took away a value that the schema does not name.
        renamed(str): a person gave such a value another name.
    """

    changed = Signal()
    removed = Signal()
    renamed = Signal(str)

    def __init__(
        self,
        place: Place,
        schema: JsonSchema,
        *,
        required: bool = True,
        removable: bool = False,
        bare: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`removable` for a value that the schema does not name; `bare` for one whose owner shows label and buttons."""
        super().__init__(parent)
        self.place, self._schema = place, schema
        self._required, self._removable = required, removable
        self._start: Json = ABSENT
        self._is_absent = False
        self._read_only = False
        self._holder: HolderField | None = None
        self._about = about(schema, place.root)
        self._absent_row: AbsentRow | None = None
        self._lines: dict[Accent, MarkedLines] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(3)
        self._header = None if bare else SlotHeader(place, required=required, parent=self)
        self._help: AccentLabel | None = None
        self._value_rows = QVBoxLayout()
        if self._header is not None:
            self._header.reset_requested.connect(self.reset)
            self._header.remove_requested.connect(self._on_remove)
            self._header.rename_requested.connect(self.renamed)
            self._rows.addWidget(self._header)
        self._rows.addLayout(self._value_rows)
        is_item = bool(place.path) and isinstance(place.path[-1], int)  # its list says what is asked of each
        if words := help_text(schema, place.root, with_rules=not is_item):
            self._help = AccentLabel(words, "muted", self)
            # What is said of a group comes before its fields: below them it would read as said of the last one.
            below_value = self._rows.count()
            self._rows.insertWidget(below_value - 1 if self._about.get("properties") else below_value, self._help)
        self._name()

    def load(self, value: Json, start: Json) -> None:
        """Show the value, or that there is none (`ABSENT`); `start` is what was proposed here."""
        self._start = start
        if is_present(value):
            self._show(value)
        else:
            self._show_absent()
        self._update()

    def value(self) -> Json:
        """The value, or `ABSENT`."""
        return ABSENT if self._is_absent or self._holder is None else self._holder.value()

    @property
    def has_parts(self) -> bool:
        """Whether the value is made of fields of its own."""
        return self._holder is not None and self._holder.has_parts

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is not a value; nothing while there is none."""
        return () if self._is_absent or self._holder is None else self._holder.unreadable()

    def retype(self, path: Path, text: str) -> None:
        """Put a text that is no value back where it was typed."""
        if self._holder is not None:
            self._holder.retype(path, text)
            self._update()

    def is_changed(self) -> bool:
        """Whether the value differs from what was proposed, or is none."""
        if self.unreadable():
            return True
        value = self.value()
        if not is_present(value) or not is_present(self._start):
            return value is not self._start
        return not same(value, self._start)

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show the problems of this value, each as deep inside as there is a field for it."""
        problems = tuple(problems)
        left = problems if self._is_absent or self._holder is None else self._holder.mark(problems)
        self._show_lines("error", [_line(problem) for problem in left])

    def complain(self, words: str) -> None:
        """Say what is wrong with what a person wanted to do with this value, until something is changed."""
        self._show_lines("error", [words] if words else [])

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the field at this path, or on the button that adds the missing value."""
        if self._holder is not None:
            self._holder.focus_path(path)
        elif self._absent_row is not None:
            self._absent_row.button.setFocus()

    def reset(self) -> None:
        """Go back to what was proposed, also if that is no value."""
        self.load(self._start, self._start)
        self.mark(())
        self.changed.emit()
        self.focus_path(())

    def set_read_only(self, read_only: bool) -> None:
        """Let the value be read and copied only."""
        self._read_only = read_only
        if self._holder is not None:
            self._holder.set_read_only(read_only)
        self._update()

    def set_place(self, place: Place) -> None:
        """Move to another place, as when a list is reordered."""
        self.place = place
        if self._holder is not None:
            self._holder.set_place(place)
        self._name()

    def tab_parts(self) -> list[QWidget]:
        """The parts that Tab goes through, in its order: the value, then the buttons above it."""
        return [part for part in (self._holder, self._absent_row, self._header) if part is not None]

    def _hold(self) -> HolderField:
        if self._holder is None:
            self._holder = HolderField(self.place, self._schema, self)
            self._holder.changed.connect(self._on_edited)
            self._put(self._holder)
        return self._holder

    def _put(self, widget: QWidget) -> None:
        self._value_rows.addWidget(widget)
        self.setFocusProxy(widget)
        show_added(widget)

    def _show(self, value: Json) -> None:
        self._is_absent = False
        if self._absent_row is not None:
            discard(self._absent_row)
            self._absent_row = None
        self._hold().show_value(value, self._start)
        self._hold().set_read_only(self._read_only)

    def _show_absent(self) -> None:
        self._is_absent = True
        words = hint(self._about)
        first = first_value(self._schema, self.place.root)
        entry, schema = self.place.choose(self.place, self._schema, first)
        if entry.may_be_blank(self.place, schema):
            self._hold().show_value(first, ABSENT)
            self._hold().show_blank(f"Not set · {words}" if words else "Not set")
            self._hold().set_read_only(self._read_only)
            return
        if self._holder is not None:
            discard(self._holder)
            self._holder = None
        if self._absent_row is None:
            self._absent_row = AbsentRow(self.place, words, self)
            self._absent_row.add_requested.connect(self._on_add)
            self._put(self._absent_row)

    def _update(self) -> None:
        if self._absent_row is not None:
            self._absent_row.button.setVisible(not self._read_only)
        if self._header is not None:
            self._header.show_changed(self.is_changed(), self._start, resettable=not self._read_only)
            may_go = self._removable or (not self._required and not self._is_absent)
            self._header.show_remove(may_go and not self._read_only)
            self._header.show_rename(self._removable and not self._read_only)
        self._show_lines("warning", () if self._is_absent or self._holder is None else self._holder.notes())

    def _show_lines(self, kind: Accent, lines: Sequence[str]) -> None:
        if kind not in self._lines:
            if not lines:
                return
            self._lines[kind] = MarkedLines(kind, self)
            self._lines[kind].setObjectName(_LINES[kind])
            after = kind == "error" or "error" not in self._lines
            self._rows.insertWidget(self._rows.count() - (not after), self._lines[kind])
        self._lines[kind].show_lines(lines)

    def _on_edited(self) -> None:
        assert self._holder is not None
        self._is_absent = False
        if not self._required and self._holder.is_blank() and self.unreadable():
            # An empty line is no number; where a value may be absent, that is what it means.
            self._show_absent()
        self._update()
        self.changed.emit()

    def _on_add(self) -> None:
        self._show(first_value(self._schema, self.place.root))
        self._update()
        self.changed.emit()
        self.focus_path(())

    def _on_remove(self) -> None:
        if self._removable:
            self.removed.emit()
            return
        self._show_absent()
        self._update()
        self.changed.emit()
        self.focus_path(())

    def _name(self) -> None:
        self.setObjectName(f"slot:{self.place.name}")
        for part in (self._header, self._absent_row):
            if part is not None:
                part.set_place(self.place)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back with Alt+Backspace to what was proposed for the field with the cursor, not for all around it."""
        pressed = event.key() == Qt.Key.Key_Backspace and event.modifiers() == Qt.KeyboardModifier.AltModifier
        if not pressed or self._header is None:
            super().keyPressEvent(event)
        elif self.is_changed() and not self._read_only:
            self.reset()


def _line(problem: Problem) -> str:
    return sentence(problem.message) if not problem.path else f"{path_text(problem.path)}: {problem.message}"
