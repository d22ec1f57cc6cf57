"""One message of a conversation, to read and copy: texts, reasoning, tool calls and results, what is not loaded."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.message_parts import Call, Part, content_parts
from hitl_desktop.core.messages import Message, ToolCall
from hitl_desktop.core.values import JsonSyntaxError, parse_json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.json_text import write_json
from hitl_desktop.ui.editors.marks import AccentLabel, FlatButton
from hitl_desktop.ui.editors.payload_view import value_to_read
from hitl_desktop.ui.editors.widget_lifetime import show_added
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.markdown_or_text import MarkdownOrText
from hitl_desktop.ui.reading.markdown_text import looks_like_markdown
from hitl_desktop.ui.reading.text_warnings import TextWarnings, may_need_warning
from hitl_desktop.ui.reading.two_ways import TwoWays
from hitl_desktop.ui.theme import scaled_font, set_kind

ROLES = {"human": "Person", "ai": "Model", "system": "System", "tool": "Tool"}

_LONGEST_LABEL = 4_000
_MOST_JSON = 200_000


class MessageBubble(QFrame):
    """Shows one message whole. `call` is the tool call that a result belongs to, if it is known.

    `below` are the ids of tool calls that stand whole on the cards below, to be decided: they are only named.
    """

    def __init__(self, message: Message, call: Call | None = None, below: Collection[str] = ()) -> None:
        super().__init__()
        self._message = message
        self.setProperty("bubble", message.role)
        who = ROLES.get(message.role, message.role)
        self.setAccessibleName(f"Message from {who}")
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(12, 8, 12, 8)
        self._rows.setSpacing(4)
        self._heading = QHBoxLayout()
        self._heading.setSpacing(2)
        heading = PlainLabel(_heading_of(message, call))
        set_kind(heading, "muted")
        self._heading.addWidget(heading, 1)
        self._rows.addLayout(self._heading)
        if message.is_error:
            self._rows.addWidget(AccentLabel("The tool failed", "error"))
        for part in content_parts(message):
            self._rows.addWidget(self._widget_for(part))
        for each in message.tool_calls:
            if each.id not in below:
                self._rows.addWidget(_tool_call(each))
        if names := [each.name for each in message.tool_calls if each.id in below]:
            named = PlainLabel(f"Calls {', '.join(names)}: to be decided below")
            set_kind(named, "muted")
            self._rows.addWidget(named)
        copy = FlatButton("Copy", "Copy this message")
        copy.setObjectName("copy_message")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(as_text(message)))
        self._heading.addWidget(copy)
        leave_out_of_tab_order(*self.findChildren(PlainLabel))

    def _widget_for(self, part: Part) -> QWidget:
        match part.kind:
            case "text":
                return self._text(part.text)
            case "thinking":
                return _Thoughts(part.text)
            case "attachment":
                label = PlainLabel(f"{part.text} (not loaded)")
                set_kind(label, "muted")
                return label
            case _:
                return value_to_read(part.value)

    def _text(self, text: str) -> QWidget:
        shown: QWidget
        value = _json_in(text) if self._message.role == "tool" else None
        if value is not None:
            shown = TwoWays(lambda: _plain(text), lambda: value_to_read(value), "As fields")
            shown.show_other()
        elif looks_like_markdown(text):
            shown = MarkdownOrText(text, _plain)
        else:
            shown = _plain(text)
        if isinstance(shown, TwoWays):
            self._heading.addWidget(shown.switch)
        if not may_need_warning(text):
            return shown
        widget, warnings = QWidget(), TextWarnings()
        rows = QVBoxLayout(widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(shown)
        rows.addWidget(warnings)
        warnings.check(text)
        return widget


def as_text(message: Message) -> str:
    """A message as text to copy: its words as they were written, then its tool calls as JSON."""
    parts = [part.text for part in content_parts(message) if part.kind != "thinking" and part.text]
    return "\n".join([*parts, *map(_call_as_text, message.tool_calls)])


def _call_as_text(call: ToolCall) -> str:
    try:
        return f"{call.name} {write_json(call.args)}"
    except EditorError:
        return f"{call.name} (arguments too deep or too large to be written as JSON)"


def _heading_of(message: Message, call: Call | None) -> str:
    who = ROLES.get(message.role, message.role)
    if message.role != "tool":
        return f"{who} · {message.name}" if message.name else who
    name = call.call.name if call is not None else message.name or ""
    which = f", call {call.number} of {call.total}" if call is not None and call.total > 1 else ""
    return f"{who} · result of {name}{which}" if name else f"{who} · result"


def _plain(text: str) -> QWidget:
    if len(text) <= _LONGEST_LABEL:
        return PlainLabel(text)
    area = ReadOnlyText(text, most=24)
    area.setAccessibleName("Text")
    return area


def _json_in(text: str) -> object:
    """The object or list that a tool's result is written as, or None."""
    if text[:1] not in ("{", "[") or len(text) > _MOST_JSON:
        return None
    try:
        return parse_json(text) or None
    except JsonSyntaxError:
        return None


def _tool_call(call: ToolCall) -> QWidget:
    widget = QWidget()
    rows = QVBoxLayout(widget)
    rows.setContentsMargins(0, 2, 0, 2)
    rows.setSpacing(2)
    name = PlainLabel(call.name or "A tool without a name")
    name.setFont(scaled_font(name.font(), bold=True))
    name.setAccessibleName(f"Calls the tool {name.text()}")
    rows.addWidget(name)
    arguments = value_to_read(call.args) if call.args != {} else AccentLabel("No arguments", "muted")
    around = QHBoxLayout()
    around.setContentsMargins(12, 0, 0, 0)
    around.addWidget(arguments)
    rows.addLayout(around)
    return widget


class _Thoughts(QWidget):
    """What a model thought before it answered: folded, because it is long and nobody's decision."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._shown: QWidget | None = None
        self._fold = FlatButton("", "Show or hide the model's reasoning", self)
        self._fold.setObjectName("reasoning_fold")
        self._fold.setEnabled(bool(text))
        self._fold.clicked.connect(self._on_fold)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        self._name()

    def _name(self) -> None:
        count = f"{len(self._text):,} characters" if self._text else "not readable"
        is_open = self._shown is not None and not self._shown.isHidden()
        self._fold.setText("Hide reasoning" if is_open else f"Reasoning ({count})")

    def _on_fold(self) -> None:
        if self._shown is None:
            self._shown = _plain(self._text)
            set_kind(self._shown, "muted")
            leave_out_of_tab_order(self._shown)
            self._rows.addWidget(self._shown)
            show_added(self._shown)
        else:
            self._shown.setVisible(self._shown.isHidden())
        self._name()
