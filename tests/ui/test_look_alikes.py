"""What passes for something else is warned of, and ordinary writing is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hitl_desktop.ui.look_alikes import describe_look_alikes, look_alikes
from hitl_desktop.ui.plain_text import describe_hidden

# In a file of their own, in escapes: who reads the code would not see what is what.
SAMPLES = json.loads(Path(__file__).with_name("look_alikes.json").read_text(encoding="utf-8"))
ORDINARY: dict[str, str] = SAMPLES["ordinary"]
MISTAKEN: list[tuple[str, list[str]]] = SAMPLES["mistaken"]


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_writing_passes(name: str) -> None:
    assert describe_look_alikes(ORDINARY[name]) == ""
    for line in ORDINARY[name].split(", "):
        assert describe_look_alikes(line) == ""


@pytest.mark.parametrize(("text", "words"), MISTAKEN)
def test_what_passes_for_something_else(text: str, words: list[str]) -> None:
    description = describe_look_alikes(text)
    for word in words:
        assert word in description
    assert len(description) < 250
    assert describe_hidden(text).endswith(description), "wherever hidden characters are warned of"


def test_places_are_those_of_the_text() -> None:
    text = "to \u0440\u0430ypal and https://g\u0261.com"
    assert [text[each.start : each.end] for each in look_alikes(text)] == ["\u0440\u0430ypal", "https://g\u0261.com"]


def test_many_are_counted() -> None:
    text = " ".join(f"p\u0430y{letters}" for letters in ("a", "b", "c", "d"))
    assert describe_look_alikes(text).endswith("; and 2 more")
    assert len(look_alikes(text * 100, limit=7)) == 7


@pytest.mark.parametrize(
    "text",
    [
        "\u0441\u043b\u043e\u0432\u043e " * 150_000,
        "word " * 200_000,
        "w\u00f6rd " * 200_000,
        "\u0440\u0430" * 500_000,
        "a\u0430" * 500_000,
        "\uff11\u0663" * 500_000,
        "\u6f22\u5b57" * 500_000,
        "a@" * 500_000 + "\u00e9",
        "xn--" * 250_000,
        "a." * 500_000 + "\u00e9",
        "https://" * 120_000 + "\u00e9",
        "\u2013" * 1_000_000,
        "\u03b1" * 1_000_000,
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_long_and_hostile_texts_come_to_an_end(text: str) -> None:
    """What takes quadratic time is ended by the time limit that every test has."""
    assert len(describe_look_alikes(text)) < 1_000
