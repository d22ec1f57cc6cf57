"""Values that an editor must give back unchanged: hypothesis strategies, and those that were lost somewhere once."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=12),
    st.text(alphabet='\n\r\t \u00a0\u2028\u2029\u202e\u200b\ufeff\ufdd0\ud800\udc00⟨U+20E⟩\\"<b>😀\u2060', max_size=20),
)
KEYS = st.text(max_size=8) | st.sampled_from(["", " ", "a.b", "0", "__type__", "value", "\ud83d", "nul\0"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**31, max_value=2**200),
    st.floats(allow_nan=True, allow_infinity=True),
    TEXTS,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=5)


def short_id(value: Any) -> str:
    """A name for a value in the list of tests."""
    return ascii(value)[:24]


AWKWARD: tuple[Any, ...] = (
    5,
    5.0,
    -0.0,
    0.1,
    1e400,
    float("nan"),
    10**30,
    True,
    None,
    "",
    {},
    [],
    [[]],
    [{}],
    "\ufeffmark at the start",
    "half a character \ud83d",
    "\r\nmail\r\nbody\r\n",
    "mixed\r\nand\nand\r",
    "no\u00a0break",
    "line\u2028paragraph\u2029",
    "⟨U+202E⟩ spelled out already, \u202e not",
    "👩‍👩‍👧 and ❤️ and می‌خواهم",
    "x" * 5_000,
    {"same": {"same": {"same": 1}}},
    {"": 1, " ": 2, "a.b": 3, "0": 4},
    {"__type__": "datetime", "value": "2026-11-21T07:30:00"},
    [1, 1.0, True, "1", None],
)
