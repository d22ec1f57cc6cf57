"""A value as JSON text for editing, with hidden characters as escapes of JSON."""

from __future__ import annotations

from hitl_desktop.core.schema import Problem
from hitl_desktop.core.values import Json, dump_json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.hidden_characters import replace_hidden


def escape_hidden(text: str) -> str:
    """A JSON text with hidden characters as JSON escapes, which read back as the same characters."""
    return replace_hidden(text, _escaped)


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def write_json(value: Json) -> str:
    """The value as JSON text for editing, with hidden characters as JSON escapes.

    Raises `EditorError` for what Python cannot write: more levels or digits than it allows.
    """
    try:
        return escape_hidden(dump_json(value))
    except (RecursionError, ValueError) as error:
        raise refusal(error) from error


def refusal(error: Exception) -> EditorError:
    """What is said of a value that Python cannot write, and why: it is nested too deeply, or a number is too long."""
    why = "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it has too many digits"
    return EditorError(Problem((), f"cannot be shown as JSON: {why}. It is kept as it is"))
