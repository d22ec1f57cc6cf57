"""A list: a row for each item, to add, remove and reorder."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value, mapping
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import ABSENT, Field, Place, prefixed, split_problems
from hitl_desktop.ui.editors.fields.item_row import ItemRow
from hitl_desktop.ui.editors.fields.schema_parts import item_schema
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added


class ArrayField(Field):
    """Edits a list. Items move with their widgets, so what is typed in one and not a value yet moves along."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._rows: list[ItemRow] = []
        self._shown: list[Json] = []
        self._touched = False
        self._read_only = False
        by_position = schema.get("prefixItems")
        by_position = by_position if isinstance(by_position, list) else []
        self._by_position = bool(by_position)
        self._titles = [str(mapping(each).get("title") or "") for each in by_position]
        # Only where the schema leaves no other number of items; else a number that is wrong is said to be.
        ends = schema.get("items") is False or (by_position and schema.get("maxItems") == len(by_position))
        self._most = len(by_position) if ends else 2**31
        self._fewest = schema.get("minItems", 0) if self._by_position and schema.get("minItems") == self._most else 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._empty = AccentLabel("Empty list", "muted", self)
        self._add = QPushButton("Add item", self)
        self._add.clicked.connect(self._on_add)
        self._layout.addWidget(self._empty)
        self._layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self._name()

    @property
    def has_parts(self) -> bool:
        """It always does."""
        return True

    def show_value(self, value: Json, start: Json) -> None:
        """Show a row for each item."""
        self._shown, self._touched = value, False
        for row in self._rows[len(value) :]:
            self._drop(row)
        del self._rows[len(value) :]
        proposed = start if isinstance(start, list) else []
        for position, item in enumerate(value):
            if position == len(self._rows):
                self._insert(position)
            self._rows[position].slot.load(item, proposed[position] if position < len(proposed) else ABSENT)
        self._renumber()

    def value(self) -> list[Json]:
        """The list as it stands; exactly the one shown, if nobody touched it."""
        return [row.slot.value() for row in self._rows] if self._touched else self._shown

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is not a value."""
        return tuple(found for i, row in enumerate(self._rows) for found in prefixed(i, row.slot.unreadable()))

    def retype(self, path: Path, text: str) -> None:
        """Leave it to the item."""
        if path and isinstance(path[0], int) and path[0] < len(self._rows):
            self._touched = True
            self._rows[path[0]].slot.retype(path[1:], text)

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Show each problem at its item; return those of the list itself."""
        below, own = split_problems(problems)
        for position, row in enumerate(self._rows):
            row.slot.mark(below.pop(position, ()))
        return (*own, *(problem for step, rest in below.items() for problem in prefixed(step, rest)))

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the item, or on the button that adds one."""
        if path and isinstance(path[0], int) and path[0] < len(self._rows):
            self._rows[path[0]].slot.focus_path(path[1:])
        elif self._rows:
            self._rows[0].slot.focus_path(())
        else:
            self._add.setFocus()

    def set_read_only(self, read_only: bool) -> None:
        """Let all items be read and copied only."""
        self._read_only = read_only
        for row in self._rows:
            row.slot.set_read_only(read_only)
        self._renumber()

    def set_place(self, place: Place) -> None:
        """Move all items along."""
        super().set_place(place)
        self._renumber()

    def _schema_of(self, position: int) -> JsonSchema:
        return item_schema(self.schema, self.place.root, position)

    def _place_of(self, position: int) -> Place:
        return self.place.below(position, f"{self.place.title}, {self._title(position) or f'item {position + 1}'}")

    def _title(self, position: int) -> str:
        return self._titles[position] if position < len(self._titles) else ""

    def _insert(self, position: int) -> None:
        row = ItemRow(Slot(self._place_of(position), self._schema_of(position), bare=True), self)
        row.slot.changed.connect(self._on_item_changed)
        row.moved.connect(self._on_moved)
        row.removed.connect(self._on_removed)
        self._layout.insertWidget(position, row)
        show_added(row)
        self._rows.insert(position, row)

    def _drop(self, row: ItemRow) -> None:
        self._layout.removeWidget(row)
        discard(row)

    def _renumber(self) -> None:
        can_change = not self._read_only
        for position, row in enumerate(self._rows):
            row.number(
                self._place_of(position), position, len(self._rows), movable=can_change and not self._by_position
            )
            row.show_title(self._title(position), self._titles)
            row.show_remove(can_change and len(self._rows) > self._fewest)
        self._empty.setVisible(not self._rows)
        self._add.setVisible(can_change and len(self._rows) < self._most)
        self.setFocusProxy(self._rows[0] if self._rows else self._add)
        self._name()

    def _name(self) -> None:
        self.setObjectName(f"field:{self.place.name}")
        self.setAccessibleName(self.place.title)
        self._add.setObjectName(f"add_item:{self.place.name}")
        self._add.setAccessibleName(f"Add an item to {self.place.title}")

    def _on_item_changed(self) -> None:
        self._touched = True
        self.changed.emit()

    def _on_add(self) -> None:
        position = len(self._rows)
        self._insert(position)
        first = first_value(self._schema_of(position), self.place.root)
        self._rows[position].slot.load(first, ABSENT)
        self._renumber()
        self._on_item_changed()
        self._rows[position].slot.focus_path(())

    def _on_moved(self, row: ItemRow, by: int) -> None:
        position = self._rows.index(row)
        target = position + by
        if not 0 <= target < len(self._rows):
            return
        self._rows.insert(target, self._rows.pop(position))
        self._layout.removeWidget(row)
        self._layout.insertWidget(target, row)
        self._renumber()
        self._on_item_changed()

    def _on_removed(self, row: ItemRow) -> None:
        position = self._rows.index(row)
        self._rows.remove(row)
        self._drop(row)
        self._renumber()
        self._on_item_changed()
        self.focus_path((min(position, len(self._rows) - 1),) if self._rows else ())
