"""A value of one of several kinds, to choose between; and one of a Python type, which it keeps."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hitl_desktop.core.schema import JsonSchema, first_value
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import (
    ABSENT,
    ANY_JSON,
    Place,
    QuietComboBox,
    is_present,
)
from hitl_desktop.ui.editors.fields.choice import ReadOnlyGuard
from hitl_desktop.ui.editors.fields.schema_parts import could_be, fits, options
from hitl_desktop.ui.editors.fields.wrappers import Held, HolderField
from hitl_desktop.ui.editors.widget_lifetime import discard
from hitl_desktop.ui.plain_text import visible

OTHER = "Another value (JSON)"


class UnionField(HolderField):
    """One of several kinds of value, chosen by name. Each kind keeps what was typed while another is looked at."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._options = options(schema, place.root)
        self._kept: dict[int, Held] = {}
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
        for held in self._kept.values():
            discard(held.field)
        self._kept.clear()
        self._choose(self._option_of(value), value)

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        super().set_read_only(read_only)
        self._guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the list of kinds after its new place."""
        super().set_place(place)
        self._name_list()

    def _option_of(self, value: Json) -> int:
        """The kind that the value fits, else the one that it was meant to be; the place after the last if none."""
        root = self.place.root
        fitting = (i for i, option in enumerate(self._options) if fits(value, option, root))
        meant = (i for i, option in enumerate(self._options) if could_be(value, option, root))
        return next(fitting, next(meant, len(self._options)))

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
        value, before = self.value(), self._index
        kept = self._kept.pop(index, None)
        if taken := self.exchange(kept):
            self._kept[before] = taken
        self._index = index
        if kept is None:
            known = index < len(self._options)
            self._choose(index, first_value(self._options[index], self.place.root) if known else value)
        self.changed.emit()


def _option_name(option: JsonSchema, index: int) -> str:
    kinds = {"string": "Text", "integer": "Whole number", "number": "Number", "boolean": "Yes or no"}
    kinds |= {"array": "List", "object": "Object"}
    title = option.get("title")
    return str(title) if title else kinds.get(str(option.get("type")), f"Choice {index + 1}")
