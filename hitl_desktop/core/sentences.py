"""Sentences that end with words of somebody else, which may bring their own full stop."""

from __future__ import annotations

import re
from typing import Final

_ENDED: Final = re.compile(r"[.!?…][)\]}”\"']*$")


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already, also within brackets or quotation marks."""
    text = text.strip()
    return text if _ENDED.search(text) else f"{text}."


def inside(text: str) -> str:
    """The text as it stands within a sentence or in brackets: without a full stop of its own."""
    text = text.strip()
    return text if text.endswith("..") else text.removesuffix(".")
