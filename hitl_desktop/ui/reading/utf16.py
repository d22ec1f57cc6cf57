"""Places in a text as Qt counts them."""

from __future__ import annotations


def units(text: str, end: int | None = None) -> int:
    """How long a text, or its part before `end`, is in UTF-16."""
    part = text if end is None else text[:end]
    return len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
