"""Fields around another field: one that may be none, one of several kinds, one with a Python type."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, from_json
from hitl_desktop.ui.editors.base import beginning
from hitl_desktop.ui.editors.fields.base import (
    ABSENT,
    ANY_JSON,
    Field,
    FieldEntry,
    Place,
    QuietComboBox,
    is_present,
    prefixed,
)
from hitl_desktop.ui.editors.fields.choice import ReadOnlyGuard
from hitl_desktop.ui.editors.fields.schema_parts import fits, options, without_null
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.plain_text import visible

OTHER = "Another value (JSON)"


class HolderField(Field):
    """Holds the field that suits the value at the moment, and leaves the work to it."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._inner: Field | None = None
        self._held: tuple[FieldEntry, JsonSchema] | None = None
        self._read_only = False
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(6)

    @property
    def inner(self) -> Field:
        """The field inside; there is one once a value was shown."""
        assert self._inner is not None
        return self._inner

    def hold(self, schema: JsonSchema, value: Json, start: Json) -> None:
        """Show the value in the field that suits it and the schema, in the one that is there if it still does."""
        held = self.place.choose(self.place, schema, value)
        if held != self._held or self._inner is None:
            if self._inner is not None:
                self._inner.hide()
                self._inner.deleteLater()
            self._held = held
            self._inner = held[0].make(self.place, held[1])
            self._inner.changed.connect(self._on_inner_changed)
            self.add_inner(self._inner)
            self.setFocusProxy(self._inner)
        self._inner.show_value(value, start)
        self._inner.set_read_only(self._read_only)

    def add_inner(self, field: Field) -> None:
        """Put the field into the layout."""
        self.rows.addWidget(field)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value in the field that suits it."""
        self.hold(self.schema, value, start)

    def show_blank(self, hint: str) -> None:
        """Leave it to the field inside."""
        self.inner.show_blank(hint)

    def is_blank(self) -> bool:
        """Whether the field inside is."""
        return self.inner.is_blank()

    def value(self) -> Json:
        """The value of the field inside."""
        return self.inner.value()

    def unreadable(self) -> tuple[Problem, ...]:
        """What the field inside says."""
        return self.inner.unreadable()

    def notes(self) -> tuple[str, ...]:
        """What the field inside says."""
        return self.inner.notes()

    def mark(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Leave them to the field inside."""
        return self.inner.mark(problems)

    def focus_path(self, path: Path) -> None:
        """Leave it to the field inside."""
        self.inner.focus_path(path)

    def set_read_only(self, read_only: bool) -> None:
        """Leave it to the field inside."""
        self._read_only = read_only
        if self._inner is not None:
            self._inner.set_read_only(read_only)

    def set_place(self, place: Place) -> None:
        """Move the field inside along."""
        super().set_place(place)
        if self._inner is not None:
            self._inner.set_place(place)

    def _on_inner_changed(self) -> None:
        self.changed.emit()


class NullableField(HolderField):
    """A value, or none (null). What was typed stays while none is chosen, and comes back."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._value_schema = without_null(schema, place.root)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(8)
        self.rows.addLayout(self._columns)
        self._none = QCheckBox("None", self)
        self._none.setToolTip("Send none (null) instead of a value")
        self._guard = ReadOnlyGuard(self._none)
        self._none.clicked.connect(self._on_none)
        self._columns.addWidget(self._none, 0, Qt.AlignmentFlag.AlignTop)
        self._name_none()
        self.hold(self._value_schema, beginning(self._value_schema, place.root), ABSENT)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value, or that it is none."""
        self._none.setChecked(value is None)
        if value is not None:
            self.hold(self._value_schema, value, start)
        elif is_present(start) and start is not None:
            self.hold(self._value_schema, start, start)
        self.inner.setEnabled(value is not None)

    def show_blank(self, hint: str) -> None:
        """Neither a value nor none yet."""
        self._none.setChecked(False)
        self.inner.setEnabled(True)
        self.inner.show_blank(hint)

    def is_blank(self) -> bool:
        """Whether there is neither a value nor none."""
        return not self._none.isChecked() and self.inner.is_blank()

    def value(self) -> Json:
        """None, or the value of the field inside."""
        return None if self._none.isChecked() else super().value()

    def unreadable(self) -> tuple[Problem, ...]:
        """Nothing is wrong with none."""
        return () if self._none.isChecked() else super().unreadable()

    def notes(self) -> tuple[str, ...]:
        """Nothing is to be noted of none."""
        return () if self._none.isChecked() else super().notes()

    def focus_path(self, path: Path) -> None:
        """Put the cursor into the value, or on the check box while it is none."""
        if self._none.isChecked():
            self._none.setFocus()
        else:
            super().focus_path(path)

    def set_read_only(self, read_only: bool) -> None:
        """Let it be read only."""
        super().set_read_only(read_only)
        self._guard.active = read_only

    def set_place(self, place: Place) -> None:
        """Name the check box after its new place."""
        super().set_place(place)
        self._name_none()

    def add_inner(self, field: Field) -> None:
        """To the left of the check box."""
        self._columns.insertWidget(0, field, 1)

    def _name_none(self) -> None:
        self._none.setObjectName(f"none:{self.place.name}")
        self._none.setAccessibleName(f"{self.place.title}: none")

    def _on_none(self) -> None:
        self.inner.setEnabled(not self._none.isChecked())
        if not self._none.isChecked():
            self.inner.setFocus()
        self.changed.emit()


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
        first = self._kept.get(index, beginning(known, self.place.root) if known else self._kept.get(self._index))
        self._choose(index, first)
        self.changed.emit()


class TaggedField(HolderField):
    """A Python value that JSON cannot carry, such as a date: its content is edited, its type stays."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._whole: Json = {}
        self._type = AccentLabel("", "muted", self)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(8)
        self._columns.addWidget(self._type, 0, Qt.AlignmentFlag.AlignTop)
        self.rows.addLayout(self._columns)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the content, with the name of the type beside it."""
        self._whole = value
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
        if found or super().value() is self._whole[VALUE_TAG]:
            return found
        try:
            from_json(self.value())
        except ValueError as error:
            return (Problem((), str(error)),)
        return ()

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


def is_tagged(value: Json) -> bool:
    """Whether this is a Python value that JSON cannot carry, as `core.values.to_json` writes it."""
    return isinstance(value, dict) and set(value) == {TYPE_TAG, VALUE_TAG} and isinstance(value[TYPE_TAG], str)


def _option_name(option: JsonSchema, index: int) -> str:
    kinds = {"string": "Text", "integer": "Whole number", "number": "Number", "boolean": "Yes or no"}
    kinds |= {"array": "List", "object": "Object"}
    title = option.get("title")
    return str(title) if title else kinds.get(str(option.get("type")), f"Choice {index + 1}")
