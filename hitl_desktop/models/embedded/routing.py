"""Chooses which tool a request needs, or none: the model's own probabilities, calibrated, plus what the words say."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence

from hitl_desktop.models.embedded.completion import Completion
from hitl_desktop.models.embedded.lexicon import evidence
from hitl_desktop.models.embedded.protocol import Tool

NO_TOOL = "none"

_SMALL_TALK = ("Hello, who are you?", "What is the capital of France?", "Thank you, goodbye.")
_CONTENT_FREE = ("N/A", "...", "Something")
_PREFIX = '{"tool": "'
_LIKELIEST = 100
_DEEPEST = 8
_LONGEST_DESCRIPTION = 160
_WORST = -6.0
_WEIGHT_OF_WORDS = 2.0
_LEAN_TO_NO_TOOL = 0.5

Ask = Callable[[list[dict[str, str]], dict[str, object]], Completion]
"""Runs messages with llama.cpp's settings and returns the completion."""

Biases = dict[tuple[tuple[str, str], ...], dict[str, float]]
"""What a model thinks of tools before it has read a request, by the tools' names and descriptions."""


def choose_tool(tools: Sequence[Tool], request: str, ask: Ask, biases: Biases) -> Tool | None:
    """Return the tool that `request` needs, None for none.

    The model is asked for `{"tool": NAME}` after examples made of the tools' descriptions, and the log
    probability of every name is read off its first tokens. From each the name's log probability for
    requests without content is subtracted (contextual calibration, https://arxiv.org/abs/2102.09690),
    because a small model prefers some names whatever it is asked. `biases` keeps those numbers. What the
    words of the request say (`lexicon.evidence`) is added; it is bounded, so that a model which is sure
    has its way. On 42 fresh home-made requests to sets of 1 to 3 tools SmolLM2-135M chose rightly in 37
    cases (30 needed a tool); the constrained choice alone was right in 22.
    """
    names = [tool.name for tool in tools]
    examples = _examples(tools)
    key = tuple((tool.name, tool.description) for tool in tools)
    if key not in biases:
        blank = [_scores(examples, text, names, ask) for text in _CONTENT_FREE]
        biases[key] = {name: sum(score[name] for score in blank) / len(blank) for name in blank[0]}
    bias, words = biases[key], evidence(tools, request)
    scores = _scores(examples, request, names, ask)
    total = {
        name: max(_WORST, score - bias[name]) + _WEIGHT_OF_WORDS * words["" if name == NO_TOOL else name]
        for name, score in scores.items()
    }
    total[NO_TOOL] += _LEAN_TO_NO_TOOL
    best = max(total, key=lambda name: total[name])
    return next((tool for tool in tools if tool.name == best), None)


def _examples(tools: Sequence[Tool]) -> list[dict[str, str]]:
    descriptions = {tool.name: _first_words(tool.description) or tool.name.replace("_", " ") for tool in tools}
    listing = "\n".join(f"- {name}: {description}" for name, description in descriptions.items())
    instruction = (
        f"You route a request to a tool.\nTools:\n{listing}\n"
        f'Answer {{"tool": NAME}}, or {{"tool": "{NO_TOOL}"}} when no tool is needed.'
    )
    messages = [{"role": "system", "content": instruction}]
    for text, name in [(text, NO_TOOL) for text in _SMALL_TALK] + [(text, name) for name, text in descriptions.items()]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": json.dumps({"tool": name})})
    return messages


def _first_words(description: str) -> str:
    """Return the first line, shortened: some descriptions are whole manuals, and reading them takes seconds."""
    return description.strip().partition("\n")[0][:_LONGEST_DESCRIPTION].rstrip(". ")


def _scores(examples: list[dict[str, str]], request: str, names: Sequence[str], ask: Ask) -> dict[str, float]:
    """Return the log probability that the model answers with each name."""
    question = [*examples, {"role": "user", "content": request}]
    # The closing quote tells a name from a longer one that starts with it.
    endings = {name: f'{name}"' for name in (*names, NO_TOOL)}
    scores: dict[str, float] = {}
    _descend(question, "", endings, 0.0, ask, scores, _DEEPEST)
    floor = min(scores.values(), default=0.0) - 1.0
    return {name: scores.get(name, floor) for name in endings}


def _descend(
    question: list[dict[str, str]],
    done: str,
    endings: dict[str, str],
    base: float,
    ask: Ask,
    scores: dict[str, float],
    deepest: int,
) -> None:
    """Follow the tokens that several names share, until each name has a token of its own."""
    messages = [*question, {"role": "assistant", "content": _PREFIX + done}]
    settings: dict[str, object] = {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": _LIKELIEST}
    shared: list[tuple[str, float, set[str]]] = []
    for token, probability in ask(messages, settings).first_token.items():
        fitting = {name for name, ending in endings.items() if token and ending.startswith(done + token)}
        if len(fitting) == 1:
            (name,) = fitting
            scores[name] = _either(scores.get(name, -math.inf), base + probability)
        elif fitting:
            shared.append((token, probability, fitting))
    covered: set[str] = set()
    for token, probability, fitting in sorted(shared, key=lambda entry: -entry[1]) if deepest else ():
        if not fitting <= covered:  # else an unlikelier way to spell the same beginning
            covered |= fitting
            within = {name: endings[name] for name in fitting}
            _descend(question, done + token, within, base + probability, ask, scores, deepest - 1)


def _either(first: float, second: float) -> float:
    """Return the log probability that one of two exclusive cases happens, without leaving the range of a float."""
    high, low = max(first, second), min(first, second)
    return high if math.isinf(high) else high + math.log1p(math.exp(low - high))
