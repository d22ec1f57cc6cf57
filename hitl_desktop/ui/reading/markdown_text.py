"""Which texts are Markdown, which of those can be rendered, and whether rendering leaves something out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

MOST_RENDERED = 20_000
"""Characters. Qt takes 30 ms for such a text, and much longer for some larger ones."""

_MOST_LINES = 600
QUICKLY_RENDERED = 5_000
"""Characters. A longer text is shown as text first; it is rendered when somebody asks for it."""

_MOST_CELLS = 500
_LONGEST_WORD = 1_000
_DEEPEST = 12

# One of these is enough.
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_TABLE = re.compile(r"^[^|\n]*\|[^\n]*\n *\|?(?: *:?-+:? *\|)+ *(?::?-+:?)? *$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]\n]{1,200}\]\((?:https?:|mailto:|/|\./|#)[^)\s]{0,500}\)")
_STRONG = re.compile(r"(?<![\w*])\*\*(?![\s*])[^*\n]{1,200}(?<!\s)\*\*(?![\w*])")
# Of these it takes two kinds: each alone is common in code, logs and plain letters.
_HINTS = (
    re.compile(r"(?:\A|\n)#{1,6} \S[^\n]*(?:\n *\n|\Z)"),
    re.compile(r"(?:^ {0,3}[-*+] \S[^\n]*(?:\n[^\n]+)?\n){2}", re.MULTILINE),
    re.compile(r"(?:^ {0,3}\d{1,3}[.)] \S[^\n]*(?:\n[^\n]+)?\n){2}", re.MULTILINE),
    re.compile(r"^> \S", re.MULTILINE),
    re.compile(r"(?<![`\w])`[^`\n]{1,100}`(?![`\w])"),
    re.compile(r"(?<![\w*])\*(?![\s*])[^*\n]{1,100}(?<![\s*])\*(?![\w*])"),
)


def looks_like_markdown(text: str) -> bool:
    """Whether a text is written in Markdown: a fence, a table, a link or bold words, or two lesser signs of it.

    Careful, because a text that is none loses its line breaks when it is rendered: headings alone are comments of a
    script, a list alone reads the same as it is. Only the beginning of a long text is looked at.
    """
    start = text[:MOST_RENDERED]
    if start.startswith("#!"):
        return False
    if any(sign.search(start) for sign in (_FENCE, _TABLE, _LINK, _STRONG)):
        return True
    return sum(hint.search(start + "\n") is not None for hint in _HINTS) >= 2


_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD}}}")
_DEEP = re.compile(
    rf"^(?:[ \t]*(?:>|[-*+][ \t]|\d{{1,9}}[.)][ \t])){{{_DEEPEST}}}"
    rf"|^[ \t]{{{2 * _DEEPEST},}}(?:[-*+]|\d{{1,9}}[.)])[ \t]",
    re.MULTILINE,
)


def why_not_rendered(text: str) -> str:
    """Why a text is shown as text only, in words; empty if it can be rendered without holding the window."""
    if len(text) > MOST_RENDERED:
        return f"Shown as text only: it is longer than {MOST_RENDERED:,} characters."
    if text.count("\n") > _MOST_LINES:
        return f"Shown as text only: it has more than {_MOST_LINES} lines."
    if text.count("|") > _MOST_CELLS:
        return "Shown as text only: its tables are too large."
    if _LONG_WORD.search(text) or _DEEP.search(text):
        return "Shown as text only: its words are too long, or its lists and quotes too deep."
    return ""


_LIST_SIGN = re.compile(r"^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)+(?:\[[xX ]\](?=\s))?", re.MULTILINE)


def is_all_there(source: str, rendered: Iterable[str]) -> bool:
    """Whether every letter and digit of a Markdown text is read in one of its rendered forms, in the same order.

    What Markdown leaves out says nothing by itself (signs of emphasis, numbers of lists), or is hidden by it:
    definitions of links, front matter, words behind the language of a fence.
    """
    expected = _letters(source)
    return any(_letters(each) == expected for each in rendered)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, html.unescape(_LIST_SIGN.sub("", text))))
