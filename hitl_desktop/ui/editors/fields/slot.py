"""The place of one value in a form: its label, its field, what is wrong with it, and whether it is there at all."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, path_text, resolve
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.base import beginning, same, sentence
from hitl_desktop.ui.editors.fields.base import ABSENT, Place, is_present
from hitl_desktop.ui.editors.fields.schema_parts import hint, plainly
from hitl_desktop.ui.editors.fields.wrappers import HolderField
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton, Mark, MarkedLines
from hitl_desktop.ui.plain_text import PlainLabel


class Slot(QWidget):
    """One value of a form that may be absent, with what was proposed for it.

    Signals:
        changed(): a person changed, added, removed or reset the value.
        removed(): a person took away a value that the schema does not name.
    """

    changed = Signal()
    removed = Signal()

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
        self._about = resolve(schema, place.root)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(3)
        self.header = _Header(place, self._about, required=required, parent=self)
        self.header.setVisible(not bare)
        self.header.reset.clicked.connect(self.reset)
        self.header.remove.clicked.connect(self._on_remove)
        self._add_row = _AddRow(self)
        self._add_row.add.clicked.connect(self._on_add)
        self._help = AccentLabel("", "muted", self)
        self._help.setObjectName("help")
        description = self._about.get("description")
        self._notes = MarkedLines("warning", self)
        self._problems = MarkedLines("error", self)
        for part in (self.header, self._add_row, self._help, self._notes, self._problems):
            self._rows.addWidget(part)
        self._show_help(description if isinstance(description, str) else "")
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

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is not a value; nothing while there is none."""
        return () if self._is_absent or self._holder is None else self._holder.unreadable()

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
        self._problems.show_lines([_line(problem) for problem in left])

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the field at this path, or on the button that adds the missing value."""
        if self._holder is not None and self._holder.isVisibleTo(self):
            self._holder.focus_path(path)
        else:
            self._add_row.add.setFocus()

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

    def value_parts(self) -> tuple[QWidget, ...]:
        """The widgets of the value itself, below the header."""
        return (self._add_row,) if self._holder is None else (self._holder, self._add_row)

    def _hold(self) -> HolderField:
        if self._holder is None:
            self._holder = HolderField(self.place, self._schema, self)
            self._holder.changed.connect(self._on_edited)
            self._rows.insertWidget(2, self._holder)
            self.setFocusProxy(self._holder)
        return self._holder

    def _show(self, value: Json) -> None:
        self._is_absent = False
        self._hold().show_value(value, self._start)
        self._hold().set_read_only(self._read_only)

    def _show_absent(self) -> None:
        self._is_absent = True
        first = beginning(self._schema, self.place.root)
        entry, schema = self.place.choose(self.place, self._schema, first)
        if entry.may_be_blank(self.place, schema):
            self._hold().show_value(first, ABSENT)
            about = hint(self._about)
            self._hold().show_blank(f"Not set · {about}" if about else "Not set")
            self._hold().set_read_only(self._read_only)
        elif self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
            self._holder = None
            self.setFocusProxy(self._add_row.add)

    def _update(self) -> None:
        is_blank = self._is_absent and self._holder is not None
        self._add_row.setVisible(self._is_absent and not is_blank)
        self._add_row.show_hint(hint(self._about))
        self._add_row.add.setVisible(not self._read_only)
        changed = self.is_changed()
        self.header.show_changed(changed, self._start, self._read_only)
        may_go = self._removable or (not self._required and not self._is_absent)
        self.header.remove.setVisible(may_go and not self._read_only)
        self._notes.show_lines(() if self._is_absent or self._holder is None else self._holder.notes())

    def _on_edited(self) -> None:
        assert self._holder is not None
        if self._is_absent:
            self._is_absent = False
        if not self._required and self._holder.is_blank() and self.unreadable():
            # An empty line is no number; where a value may be absent, that is what it means.
            self._show_absent()
        self._update()
        self.changed.emit()

    def _on_add(self) -> None:
        self._show(beginning(self._schema, self.place.root))
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

    def _show_help(self, text: str) -> None:
        self._help.setText(text)
        self._help.setVisible(bool(text.strip()))

    def _name(self) -> None:
        self.setObjectName(f"slot:{self.place.name}")
        self.header.name(self.place)
        self._add_row.add.setObjectName(f"add:{self.place.name}")
        self._add_row.add.setAccessibleName(f"Add {self.place.title}")


class _Header(QWidget):
    def __init__(self, place: Place, schema: JsonSchema, *, required: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = PlainLabel(place.title, self)
        self.title.setFont(_bold(self.title.font()))
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        star = AccentLabel("*", "error", self)
        star.setToolTip("Required")
        star.setAccessibleName("Required")
        star.setVisible(required)
        self.reset = FlatButton("Reset", "Go back to what was proposed", self)
        self.remove = FlatButton("Remove", "Leave this out", self)
        self.dot = Mark("changed", self)
        self.changed = AccentLabel("Changed", "changed", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStrut(self.reset.sizeHint().height())
        row.addWidget(self.title)
        row.addWidget(star, 0, Qt.AlignmentFlag.AlignLeft)
        row.addStretch(1)
        for part in (self.dot, self.changed, self.reset, self.remove):
            row.addWidget(part)
            part.setVisible(False)

    def show_changed(self, changed: bool, start: Json, read_only: bool) -> None:
        self.dot.setVisible(changed)
        self.changed.setVisible(changed)
        self.reset.setVisible(changed and not read_only)
        if changed:
            was = plainly(start, 1000) if is_present(start) else "not set"
            self.changed.setToolTip(f"Proposed: {was}")

    def name(self, place: Place) -> None:
        self.title.setToolTip(place.name)
        self.reset.setObjectName(f"reset:{place.name}")
        self.reset.setAccessibleName(f"Reset {place.title}")
        self.remove.setObjectName(f"remove:{place.name}")
        self.remove.setAccessibleName(f"Leave out {place.title}")


class _AddRow(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = AccentLabel("Not set", "muted", self)
        self.add = FlatButton("+ Add", "Add a value here", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.add)
        row.addWidget(self._text, 1)

    def show_hint(self, hint: str) -> None:
        self._text.setText(f"Not set · {hint}" if hint else "Not set")


def _bold(font: QFont) -> QFont:
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _line(problem: Problem) -> str:
    return sentence(problem.message) if not problem.path else f"{path_text(problem.path)}: {problem.message}"
