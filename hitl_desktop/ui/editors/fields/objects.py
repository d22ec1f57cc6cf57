"""An object: a slot for each of its fields, also for those that its schema does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value, resolve
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import ABSENT, Field, Place, is_present, prefixed, split_problems
from hitl_desktop.ui.editors.fields.other_fields import NewField, may_have_more, schema_of_others, title_of
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
        self._names: list[str] = []  # in the order of the value
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
        self._new = NewField(self) if may_have_more(schema) else None
        if self._new is not None:
            self._new.requested.connect(self._on_add)
            self._rows.addWidget(self._new)
        self._name()

    @property
    def has_parts(self) -> bool:
        """It always does."""
        return True

    def show_value(self, value: Json, start: Json) -> None:
        """Show the fields of the schema in its order, then the others of the value."""
        self._shown, self._names, self._touched = value, list(value), False
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
        order = dict.fromkeys([*(name for name in self._names if name in now), *now])
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
        schema = schema or (self._known[name] if known else schema_of_others(self.schema, name))
        resolved = resolve(schema, self.place.root)
        # The title behind a reference is that of a kind of value, which several fields may have.
        title = schema.get("title") if isinstance(schema, Mapping) else None
        slot = Slot(
            self.place.below(name, title if isinstance(title, str) and title.strip() else title_of(name)),
            resolved if not isinstance(schema, Mapping) else schema,
            required=name in self.schema.get("required", ()),
            removable=not known,
            parent=self._frame,
        )
        slot.set_read_only(self._read_only)
        slot.changed.connect(self._on_slot_changed)
        slot.removed.connect(lambda: self._on_removed(self._name_of(slot)))
        slot.renamed.connect(lambda new_name: self._on_renamed(slot, new_name))
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
            self._new.set_place(self.place)

    def _on_slot_changed(self) -> None:
        self._touched = True
        self.changed.emit()

    def _on_removed(self, name: str) -> None:
        self._drop(name)
        self._on_slot_changed()

    def _on_renamed(self, slot: Slot, name: str) -> None:
        """Give a field another name. It keeps its value and its place among the others."""
        old = self._name_of(slot)
        if name in self._slots:
            slot.complain("" if name == old else "There is a field of this name already; the name was not changed")
            return
        self._names = [name if each == old else each for each in self._names]
        self._slots = {name if each == old else each: its_slot for each, its_slot in self._slots.items()}
        slot.set_place(self.place.below(name, title_of(name)))
        self._on_slot_changed()

    def _name_of(self, slot: Slot) -> str:
        return next(name for name, each in self._slots.items() if each is slot)

    def _on_add(self, name: str) -> None:
        assert self._new is not None
        if not name or name in self._slots:
            self._new.complain("There is a field of this name already" if name else "Type a name for the field first")
            return
        self._new.clear()
        schema = schema_of_others(self.schema, name) or _ANY_KIND
        self._insert(name, schema)
        self._slots[name].load(first_value(schema, self.place.root), ABSENT)
        self._on_slot_changed()
        self._slots[name].focus_path(())
