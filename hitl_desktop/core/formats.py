"""The formats of texts that a JSON schema can ask for: how each is called, an example, and whether a text is one.

`jsonschema` checks some of these only where other packages are installed, and takes any text with an @ for an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

_DATE = r"(\d{4}-\d\d-\d\d)"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?"
_AMOUNT = r"\d+(?:[.,]\d+)?"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what a text of it is in words, an example of one, and the check."""

    words: str
    sample: str
    fits: Callable[[str], bool]


def _is_date(text: str) -> bool:
    return re.fullmatch(_DATE, text, re.ASCII) is not None and _is_day(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    found = re.fullmatch(rf"{_DATE}[Tt ]{_TIME}", text, re.ASCII)
    return found is not None and _is_day(found[1])


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


_URI = _matches(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
_EMAIL = _matches(r'(?:"[^"]+"|[^\s@"]+)@[^\s@]+')
_DURATION = _matches(
    rf"[+-]?P(?!$)(?:{_AMOUNT}Y)?(?:{_AMOUNT}M)?(?:{_AMOUNT}W)?(?:{_AMOUNT}D)?"
    rf"(?:T(?=\d)(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?"
)
_UUID = _matches(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# A time zone may be left out: Python writes dates without one, and the graph behind a schema is Python.
FORMATS: Mapping[str, Format] = {
    "date": Format("a date", "2026-11-21", _is_date),
    "time": Format("a time", "07:30:00", _matches(_TIME)),
    "date-time": Format("a date with a time", "2026-11-21T07:30:00Z", _is_date_time),
    "duration": Format("a duration", "P1DT2H30M", _DURATION),
    "email": Format("an e-mail address", "name@example.com", _EMAIL),
    "idn-email": Format("an e-mail address", "name@example.com", _EMAIL),
    "uri": Format("a web address or another URI", "https://example.com/", _URI),
    "iri": Format("a web address or another URI", "https://example.com/", _URI),
    "url": Format("a web address", "https://example.com/", _URI),
    "uuid": Format("a UUID", "123e4567-e89b-12d3-a456-426614174000", _UUID),
}
"""By the name that a schema has for it. A format that is not here says nothing of a text."""
