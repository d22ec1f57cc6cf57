"""Full stops where words of somebody else end a sentence."""

from __future__ import annotations

import pytest

from hitl_desktop.core.sentences import inside, sentence


@pytest.mark.parametrize(
    ("text", "whole", "within"),
    [
        ("it broke", "it broke.", "it broke"),
        ("It broke. ", "It broke.", "It broke"),
        ("It broke (no response.)", "It broke (no response.)", "It broke (no response.)"),
        ("not found (status code: 404)", "not found (status code: 404).", "not found (status code: 404)"),
        ("Did it break?", "Did it break?", "Did it break?"),
        ("He said “stop.”", "He said “stop.”", "He said “stop.”"),
        ("and so on...", "and so on...", "and so on..."),
    ],
)
def test_a_sentence_has_one_full_stop(text: str, whole: str, within: str) -> None:
    assert sentence(text) == whole
    assert inside(text) == within
