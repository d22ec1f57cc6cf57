"""What is wrong with a text that is not JSON, in words that say what to do."""

from __future__ import annotations

from hitl_desktop.core.values import JsonSyntaxError

# What Python's parser says, in words that say what to do.
_IN_WORDS = {
    "Expecting ',' delimiter": "a comma or the closing bracket is missing before this",
    "Expecting ':' delimiter": "a colon is missing between the key and its value",
    "Expecting value": "a value is missing here; text needs double quotes",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing here",
    "Illegal trailing comma before end of": "this comma has nothing after it",
    "Unterminated string starting at": "this text has no closing quote",
    "Invalid control character at": "write a line break within text as \\n, a tab as \\t",
    "Invalid \\": "this is not an escape of JSON; a backslash itself is written \\\\",
    "Extra data": "the value ends before this; only one value can stand here",
}


def syntax_words(error: JsonSyntaxError) -> str:
    """The error with its line and column."""
    words = next((words for known, words in _IN_WORDS.items() if error.message.startswith(known)), error.message)
    return f"Line {error.line}, column {error.column}: {words}"
