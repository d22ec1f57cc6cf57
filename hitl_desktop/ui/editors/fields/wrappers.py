"""Fields around another field: whichever suits the value, and one that may be none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem, first_value
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.fields.base import (
    ABSENT,
    Field,
    FieldEntry,
    Place,
    is_present,
    line_height,
)
from hitl_desktop.ui.editors.fields.choice import ReadOnlyGuard
from hitl_desktop.ui.editors.fields.schema_parts import without_null
from hitl_desktop.ui.editors.widget_lifetime import discard, show_added


class Held(NamedTuple):
    """A field that a holder held, and how it was chosen."""

    field: Field
    kind: tuple[FieldEntry, JsonSchema]


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

    @property
    def is_one_line(self) -> bool:
        """Whether the field inside is a single input and not made of parts."""
        return self._held is not None and self._held[0].may_be_blank(self.place, self._held[1])

    @property
    def has_parts(self) -> bool:
        """Whether the field inside has."""
        return self._inner is not None and self._inner.has_parts

    def hold(self, schema: JsonSchema, value: Json, start: Json) -> None:
        """Show the value in the field that suits it and the schema, in the one that is there if it still does."""
        held = self.place.choose(self.place, schema, value)
        if held != self._held or self._inner is None:
            if self._inner is not None:
                discard(self._inner)
            self._held = held
            self._inner = held[0].make(self.place, held[1])
            self._inner.changed.connect(self._on_inner_changed)
            self.add_inner(self._inner)
            show_added(self._inner)
            self.setFocusProxy(self._inner)
        self._inner.show_value(value, start)
        self._inner.set_read_only(self._read_only)

    def add_inner(self, field: Field) -> None:
        """Put the field into the layout."""
        self.rows.addWidget(field)

    def exchange(self, other: Held | None) -> Held | None:
        """Take the field inside out, as it is and unseen, and put one back that was taken out before."""
        taken = None if self._inner is None or self._held is None else Held(self._inner, self._held)
        self._inner, self._held = (None, None) if other is None else (other.field, other.kind)
        if taken is not None:
            taken.field.hide()
        if other is not None:
            other.field.set_place(self.place)
            other.field.set_read_only(self._read_only)
            other.field.show()
            self.setFocusProxy(other.field)
        return taken

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

    def retype(self, path: Path, text: str) -> None:
        """Leave it to the field inside."""
        self.inner.retype(path, text)

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
        self._none.setFixedHeight(line_height())
        self._none.setToolTip("Send none (null) instead of a value")
        self._guard = ReadOnlyGuard(self._none)
        self._none.clicked.connect(self._on_none)
        self._columns.addWidget(self._none, 0, Qt.AlignmentFlag.AlignTop)
        self._name_none()
        self.hold(self._value_schema, first_value(self._value_schema, place.root), ABSENT)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the value, or that it is none."""
        self._none.setChecked(value is None)
        if value is not None:
            self.hold(self._value_schema, value, start)
        elif is_present(start) and start is not None:
            self.hold(self._value_schema, start, start)
        self._show_inner()

    def show_blank(self, hint: str) -> None:
        """Neither a value nor none yet."""
        self._none.setChecked(False)
        self._show_inner()
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

    def _show_inner(self) -> None:
        """A line is only greyed while there is none; what is made of several parts would be a page of nothing."""
        is_none = self._none.isChecked()
        self.inner.setEnabled(not is_none)
        self.inner.setVisible(not is_none or self.is_one_line)

    def _name_none(self) -> None:
        self._none.setObjectName(f"none:{self.place.name}")
        self._none.setAccessibleName(f"{self.place.title}: none")

    def _on_none(self) -> None:
        self._show_inner()
        if not self._none.isChecked():
            self.inner.focus_path(())
        self.changed.emit()
