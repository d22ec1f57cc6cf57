"""One of several given texts, or another one in the person's own words."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import Field, Place
from hitl_desktop.ui.editors.fields.choice import ReadOnlyGuard
from hitl_desktop.ui.editors.fields.schema_parts import choices, kind_of, options
from hitl_desktop.ui.editors.fields.text import TextField
from hitl_desktop.ui.editors.undo_keys import leave_undo
from hitl_desktop.ui.plain_text import visible

MOST = 12
"""Choices that are all shown. Of more the list of a union is easier to overlook."""


def choices_or_text(schema: JsonSchema, root: JsonSchema) -> tuple[tuple[tuple[str, Json], ...], JsonSchema] | None:
    """The choices and the schema of another text, where a union is just that; else None."""
    several = options(schema, root)
    if len(several) != 2:
        return None
    known = [each for each in several if choices(each, root)]
    free = [each for each in several if not choices(each, root) and "const" not in each and kind_of(each) == "string"]
    if len(known) != 1 or len(free) != 1:
        return None
    offered = choices(known[0], root)
    return (offered, free[0]) if len(offered) <= MOST and all(isinstance(v, str) for _, v in offered) else None


_ARROWS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right}


class _Choice(QRadioButton):
    """One of the choices. The arrow keys choose, also where nothing is chosen yet; Qt would only move the keyboard."""

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        reached = self.window().focusWidget()
        if event.key() not in _ARROWS or not isinstance(reached, _Choice):
            return
        if reached.group() is self.group() and not reached.isChecked() and reached is not self:
            reached.click()


class ChoiceOrTextField(Field):
    """Shows all choices, and a line to type into under the last one."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        parts = choices_or_text(schema, place.root)
        assert parts is not None
        offered, free = parts
        self._values = [str(value) for _label, value in offered]
        self._group = QButtonGroup(self)
        self._guards: list[ReadOnlyGuard] = []
        self._text = TextField(place, free, self)
        self._text.changed.connect(self.changed)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 2, 0, 2)
        rows.setSpacing(4)
        labels = [label for label, _value in offered] + [str(free.get("title") or "Another text")]
        for number, label in enumerate(labels):
            button = _Choice(visible(label).replace("&", "&&"), self)
            button.setAccessibleName(f"{place.title}: {visible(label)}")
            leave_undo(button)
            self._guards.append(ReadOnlyGuard(button))
            self._group.addButton(button, number)
            rows.addWidget(button)
        rows.addWidget(self._text)
        self._group.idClicked.connect(self._on_clicked)
        self.setFocusProxy(self._group.button(0))
        self.set_place(place)

    def show_value(self, value: Json, start: Json) -> None:
        """Mark the choice, or the last one with the text under it."""
        chosen = self._values.index(value) if value in self._values else len(self._values)
        self._mark(chosen)
        self._text.show_value(value if self._is_other else "", start)

    def show_blank(self, hint: str) -> None:
        """Mark nothing yet."""
        self._mark(-1)
        self._text.show_value("", "")

    def is_blank(self) -> bool:
        """Whether nothing is marked."""
        return self._group.checkedId() < 0

    def value(self) -> Json:
        """The text of the marked choice, or what was typed."""
        return self._text.value() if self._is_other else self._values[self._group.checkedId()]

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is no text."""
        return self._text.unreadable() if self._is_other else ()

    def retype(self, path: Path, text: str) -> None:
        """Put it back into the line."""
        self._text.retype(path, text)

    def notes(self) -> tuple[str, ...]:
        """What is to be known of the typed text."""
        return self._text.notes() if self._is_other else ()

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """A problem of the typed text belongs to the whole."""
        return tuple(problems)

    def focus_path(self, path: Path) -> None:
        """Go to the line where that is what counts, else to the marked choice."""
        if self._is_other:
            self._text.focus_path(path)
        else:
            self._group.button(max(0, self._group.checkedId())).setFocus()

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        self._text.set_read_only(read_only)
        for guard in self._guards:
            guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the choices and the line after the place."""
        super().set_place(place)
        self._text.set_place(place)
        for number, button in enumerate(self._group.buttons()):
            button.setObjectName(f"choice:{place.name}:{number}")

    @property
    def _is_other(self) -> bool:
        return self._group.checkedId() == len(self._values)

    def _mark(self, chosen: int) -> None:
        self._group.setExclusive(False)  # an exclusive group does not let go of the last one
        for number, button in enumerate(self._group.buttons()):
            button.setChecked(number == chosen)
        self._group.setExclusive(True)
        self._text.setVisible(self._is_other)

    def _on_clicked(self, number: int) -> None:
        self._text.setVisible(self._is_other)
        if self._is_other:
            self._text.setFocus()
        self.changed.emit()
