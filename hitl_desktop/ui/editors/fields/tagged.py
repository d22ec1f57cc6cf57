"""A value of a Python type that JSON cannot carry: its content is edited as the type asks, its type stays."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema, Path, Problem
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, from_json, same
from hitl_desktop.ui.editors.fields.base import ABSENT, Field, Place, is_present, line_height, prefixed
from hitl_desktop.ui.editors.fields.wrappers import HolderField
from hitl_desktop.ui.editors.json_values import is_tagged
from hitl_desktop.ui.editors.marks import AccentLabel

_WHOLE: Final = {"type": "integer"}
_PAIR: Final = {"type": "array", "items": False, "minItems": 2, "maxItems": 2}

# What the content of a type is like; of one that is not here, the value itself says it.
_CONTENTS: Mapping[str, JsonSchema] = {
    "datetime": {"type": "string", "format": "local-date-time", "examples": ["2026-11-21T07:30:00"]},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "Decimal": {"type": "string", "examples": ["12.50"]},
    "UUID": {"type": "string", "format": "uuid"},
    "Path": {"type": "string"},
    "timedelta": {
        "type": "array",
        "prefixItems": [{**_WHOLE, "title": each} for each in ("Days", "Seconds", "Microseconds")],
        "items": False,
        "minItems": 3,
        "maxItems": 3,
    },
    "dict": {"type": "array", "items": {**_PAIR, "prefixItems": [{"title": "Key"}, {"title": "Value"}]}},
    "set": {"type": "array"},
    "frozenset": {"type": "array"},
    "tuple": {"type": "array"},
}
_LONG_NAME = 32
_MOST_BYTES = 1_000_000


class TaggedField(HolderField):
    """A Python value that JSON cannot carry, such as a date: its content is edited, its type stays."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._whole: Json = {}
        self._start: Json = ABSENT
        self._type = AccentLabel("", "muted", self)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(8)
        self._parts.addWidget(self._type, 0, Qt.AlignmentFlag.AlignTop)
        self.rows.addLayout(self._parts)

    def show_value(self, value: Json, start: Json) -> None:
        """Show the content, with the name of the type beside it."""
        self._whole, self._start = value, start
        self._show_type(value)
        content = start[VALUE_TAG] if is_present(start) and is_tagged(start) else ABSENT
        self.hold(_CONTENTS.get(value[TYPE_TAG], {}), value[VALUE_TAG], content)
        self._place_type()

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

    def _on_inner_changed(self) -> None:
        self._show_type(self.value())
        super()._on_inner_changed()

    def _show_type(self, value: Json) -> None:
        words = _type_words(value)
        name = words.rpartition(".")[2]
        self._type.setWordWrap(len(name) > _LONG_NAME)
        self._type.setText(name)
        self._type.setToolTip(words if name != words else "")
        self._type.setAccessibleName(words)

    def _place_type(self) -> None:
        """Beside a single input; above what is made of parts, which needs all the width there is."""
        beside = not self.has_parts
        self._parts.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.BottomToTop)
        self._parts.setSpacing(8 if beside else 2)
        self._type.setMinimumHeight(line_height() if beside else 0)

    def add_inner(self, field: Field) -> None:
        """To the left of the type, or below it."""
        self._parts.insertWidget(0, field, 1)


def _type_words(value: Json) -> str:
    """The name of the type, and of bytes how many there are."""
    name, content = str(value[TYPE_TAG]), value[VALUE_TAG]
    if name != "bytes" or not isinstance(content, str):
        return name
    if len(content) > _MOST_BYTES:
        return f"about {len(content) * 3 // 4:,} bytes as base64"
    try:
        number = len(b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        return "bytes as base64"
    return f"{number:,} bytes as base64"
