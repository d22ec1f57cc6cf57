"""An object: a slot for each of its fields, also for those that its schema does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value, resolve
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import ABSENT, Field, Place, is_present, prefixed, split_problems
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.marks import NestedFrame
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added

_ANY_KIND: JsonSchema = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}


class ObjectField(Field):
    """Edits an object. Its keys keep their order; what is added comes last, and what was absent stays absent."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._known: Mapping[str, JsonSchema] = schema.get("properties") or {}
        self._slots: dict[str, Slot] = {}
        self._shown: dict[str, Json] = {}
        self._touched = False
        self._read_only = False
        is_top = not place.path
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        self._frame = QWidget(self) if is_top else NestedFrame(self)
        frame.addWidget(self._frame)
        self._rows = QVBoxLayout(self._frame)
        self._rows.setContentsMargins(*((0, 0, 0, 0) if is_top else (12, 10, 12, 12)))
        self._rows.setSpacing(12)
        self._new = _NewField(self) if _may_have_more(schema) else None
        if self._new is not None:
            self._new.button.clicked.connect(self._on_add)
            self._new.name.returnPressed.connect(self._on_add)
            self._rows.addWidget(self._new)
        self._name()

    def show_value(self, value: Json, start: Json) -> None:
        """Show the fields of the schema in its order, then the others of the value."""
        self._shown, self._touched = value, False
        names = [*self._known, *(name for name in value if name not in self._known)]
        for name in [name for name in self._slots if name not in names]:
            self._drop(name)
        proposed = start if isinstance(start, dict) else value  # what is new is said to be changed once, as a whole
        for name in names:
            if name not in self._slots:
                self._insert(name)
            self._slots[name].load(value.get(name, ABSENT), proposed.get(name, ABSENT))
        if first := next(iter(self._slots.values()), None):
            self.setFocusProxy(first)

    def value(self) -> dict[str, Json]:
        """The object as it stands; exactly the one shown, if nobody touched it."""
        if not self._touched:
            return self._shown
        now = {name: slot.value() for name, slot in self._slots.items()}
        order = [*(name for name in self._shown if name in now), *(name for name in now if name not in self._shown)]
        return {name: now[name] for name in order if is_present(now[name])}

    def unreadable(self) -> tuple[Problem, ...]:
        """Where what was typed is not a value, in the order of the fields."""
        return tuple(found for name, slot in self._slots.items() for found in prefixed(name, slot.unreadable()))

    def retype(self, path: Path, text: str) -> None:
        """Leave it to the field."""
        if path and str(path[0]) in self._slots:
            self._touched = True
            self._slots[str(path[0])].retype(path[1:], text)

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Show each problem at its field; return those of the object itself and of fields that are not shown."""
        below, own = split_problems(problems)
        for name, slot in self._slots.items():
            slot.mark(below.pop(name, ()))
        return (*own, *(problem for step, rest in below.items() for problem in prefixed(step, rest)))

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the field, or the first one."""
        slot = self._slots.get(str(path[0])) if path else next(iter(self._slots.values()), None)
        if slot is not None:
            slot.focus_path(path[1:])
        else:
            self.setFocus()

    def set_read_only(self, read_only: bool) -> None:
        """Let all fields be read and copied only."""
        self._read_only = read_only
        for slot in self._slots.values():
            slot.set_read_only(read_only)
        if self._new is not None:
            self._new.setVisible(not read_only)

    def set_place(self, place: Place) -> None:
        """Move all fields along."""
        super().set_place(place)
        for name, slot in self._slots.items():
            slot.set_place(place.below(name, slot.place.title))
        self._name()

    def _insert(self, name: str, schema: JsonSchema | None = None) -> None:
        known = name in self._known
        schema = schema or (self._known[name] if known else _schema_of_others(self.schema))
        resolved = resolve(schema, self.place.root)
        # The title behind a reference is that of a kind of value, which several fields may have.
        title = schema.get("title") if isinstance(schema, Mapping) else None
        slot = Slot(
            self.place.below(name, title if isinstance(title, str) and title.strip() else _title_of(name)),
            resolved if not isinstance(schema, Mapping) else schema,
            required=name in self.schema.get("required", ()),
            removable=not known,
            parent=self._frame,
        )
        slot.set_read_only(self._read_only)
        slot.changed.connect(self._on_slot_changed)
        slot.removed.connect(lambda name=name: self._on_removed(name))
        self._rows.insertWidget(self._rows.count() - (self._new is not None), slot)
        show_added(slot)
        self._slots[name] = slot

    def _drop(self, name: str) -> None:
        slot = self._slots.pop(name)
        self._rows.removeWidget(slot)
        discard(slot)

    def _name(self) -> None:
        self.setObjectName(f"field:{self.place.name}")
        self.setAccessibleName(self.place.title)
        if self._new is not None:
            self._new.name.setObjectName(f"new_name:{self.place.name}")
            self._new.button.setObjectName(f"new:{self.place.name}")

    def _on_slot_changed(self) -> None:
        self._touched = True
        self.changed.emit()

    def _on_removed(self, name: str) -> None:
        self._drop(name)
        self._on_slot_changed()

    def _on_add(self) -> None:
        assert self._new is not None
        name = self._new.name.text()
        if not name or name in self._slots:
            self._new.name.setFocus()
            return
        self._new.name.clear()
        schema = _schema_of_others(self.schema) or _ANY_KIND
        self._insert(name, schema)
        self._slots[name].load(first_value(schema, self.place.root), ABSENT)
        self._on_slot_changed()
        self._slots[name].focus_path(())


class _NewField(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("Name of another field")
        self.name.setAccessibleName("Name of another field")
        self.button = QPushButton("Add field", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)


def _title_of(name: str) -> str:
    """The name as a label: one that cannot be seen, or begins or ends with a space, in quotation marks."""
    return name if name and name == name.strip() else f"“{name}”"


def _may_have_more(schema: JsonSchema) -> bool:
    """Whether to offer other fields: where the schema says so, or names none at all."""
    others = schema.get("additionalProperties")
    return bool(others) or isinstance(others, Mapping) or (others is None and not schema.get("properties"))


def _schema_of_others(schema: JsonSchema) -> JsonSchema:
    others = schema.get("additionalProperties")
    return others if isinstance(others, Mapping) else {}
