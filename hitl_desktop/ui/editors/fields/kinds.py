"""A value of one of several kinds, to choose between; and one of a Python type, which it keeps."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, from_json, same
from hitl_desktop.ui.editors.fields.base import (
    ABSENT,
    ANY_JSON,
    Field,
    Place,
    QuietComboBox,
    is_present,
    line_height,
    prefixed,
)
from hitl_desktop.ui.editors.fields.choice import ReadOnlyGuard
from hitl_desktop.ui.editors.fields.schema_parts import fits, options
from hitl_desktop.ui.editors.fields.wrappers import HolderField
from hitl_desktop.ui.editors.json_values import is_tagged
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.plain_text import visible

OTHER = "Another value (JSON)"


class UnionField(HolderField):
    """One of several kinds of value, chosen by name. Each kind keeps what was typed while another is looked at."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._options = options(schema, place.root)
        self._kept: dict[int, Json] = {}
        self._index = 0
        self._start: Json = ABSENT
        self._list = QuietComboBox(self)
        self._guard = ReadOnlyGuard(self._list)
        self._list.addItems([visible(_option_name(option, i)) for i, option in enumerate(self._options)] + [OTHER])
        self._list.activated.connect(self._on_chosen)
        self.rows.addWidget(self._list)
        self._name_list()

    def show_value(self, value: Json, start: Json) -> None:
        """Choose the first kind that the value fits, else any JSON, and show it."""
        self._start = start
        self._kept.clear()
        index = self._option_of(value)
        self._choose(index, value)

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        super().set_read_only(read_only)
        self._guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the list of kinds after its new place."""
        super().set_place(place)
        self._name_list()

    def _option_of(self, value: Json) -> int:
        root = self.place.root
        fitting = (i for i, option in enumerate(self._options) if fits(value, option, root))
        return next(fitting, len(self._options))

    def _choose(self, index: int, value: Json) -> None:
        self._index = index
        self._list.setCurrentIndex(index)
        is_start = is_present(self._start) and self._option_of(self._start) == index
        schema = self._options[index] if index < len(self._options) else ANY_JSON
        self.hold(schema, value, self._start if is_start else ABSENT)

    def _name_list(self) -> None:
        self._list.setObjectName(f"kind:{self.place.name}")
        self._list.setAccessibleName(f"{self.place.title}: kind")

    def _on_chosen(self, index: int) -> None:
        if index == self._index:
            return
        if not self.unreadable():
            self._kept[self._index] = self.value()
        known = self._options[index] if index < len(self._options) else {}
        first = self._kept.get(index, first_value(known, self.place.root) if known else self._kept.get(self._index))
        self._choose(index, first)
        self.changed.emit()


class TaggedField(HolderField):
    """A Python value that JSON cannot carry, such as a date: its content is edited, its type stays."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._whole: Json = {}
        self._start: Json = ABSENT
        self._type = AccentLabel("", "muted", self)
        self._type.setFixedHeight(line_height())
        self._type.setWordWrap(False)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(8)
        self._columns.addWidget(self._type, 0, Qt.AlignmentFlag.AlignTop)
        self.rows.addLayout(self._columns)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the content, with the name of the type beside it."""
        self._whole, self._start = value, start
        self._type.setText(value[TYPE_TAG])
        content = start[VALUE_TAG] if is_present(start) and is_tagged(start) else ABSENT
        self.hold({}, value[VALUE_TAG], content)

    def value(self) -> Json:
        """The tagged object with the content as it stands; exactly the one shown, if nobody touched it."""
        content = super().value()
        return self._whole if content is self._whole[VALUE_TAG] else {**self._whole, VALUE_TAG: content}

    def unreadable(self) -> tuple[Problem, ...]:
        """What is wrong with the content, also that it does not read as the type."""
        found = prefixed(VALUE_TAG, super().unreadable())
        value = self.value()
        if found or value is self._start or (is_present(self._start) and same(value, self._start)):
            return found  # what was proposed is sent as it came
        try:
            from_json(value)
        except ValueError as error:
            return (Problem((), str(error)),)
        return ()

    def retype(self, path: Path, text: str) -> None:
        """Leave it to the field inside."""
        super().retype(path[1:] if path[:1] == (VALUE_TAG,) else path, text)

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Leave those of the content to the field inside."""
        left = [Problem(p.path[1:] if p.path[:1] == (VALUE_TAG,) else p.path, p.message) for p in problems]
        return super().mark(left)

    def focus_path(self, path: Path) -> None:
        """Leave it to the field inside."""
        super().focus_path(path[1:] if path[:1] == (VALUE_TAG,) else path)

    def add_inner(self, field: Field) -> None:
        """To the left of the type."""
        self._columns.insertWidget(0, field, 1)


def _option_name(option: JsonSchema, index: int) -> str:
    kinds = {"string": "Text", "integer": "Whole number", "number": "Number", "boolean": "Yes or no"}
    kinds |= {"array": "List", "object": "Object"}
    title = option.get("title")
    return str(title) if title else kinds.get(str(option.get("type")), f"Choice {index + 1}")
