"""What the words of a request say about which tool it needs: the help that a very small model gets for its choice.

Plain English office words, no learning. `routing.py` adds this to the model's own probabilities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hitl_desktop.models.embedded.protocol import Tool

_FUNCTION_WORDS = """
a about all am an and any are as at be been but by can could did do does for from get give got had has have he her
here him his how i if in into is it its let like make many may me might much my no not of on one or our out please
shall she should so some than that the their them then there these they this those to up us want was we were what
when where whether which who whom why will with would you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say nothing of what a request is about."""

_GROUPS = (
    "mail email message letter inbox send write tell inform notify reply forward",
    "calendar meeting appointment event schedule agenda diary free busy",
    "search find lookup query locate look",
    "document file policy passage article page docs",
    "delete remove erase clear drop cancel discard",
    "create add put insert new schedule",
    "save write store",
    "show list display see view read open",
    "pay transfer send money amount balance account",
    "book reserve reservation",
    "buy order purchase",
    "refund return reimburse",
    "weather rain snow sun sunny forecast temperature warm cold",
    "temperature heating degrees warm warmer cold colder",
    "alarm wake reminder remind",
    "light lamp dark bright",
    "music song play band artist",
    "vacation holiday leave",
    "sum add plus total",
    "multiply times product",
    "menu drinks dishes",
    "call phone number telephone",
    "run execute query",
)
"""Words of everyday requests that mean much the same to a tool."""

_SMALL_TALK = re.compile(
    r"\W*(?:(?:hello|hi|hey|good (?:morning|day|afternoon|evening|night)|thanks?|thank you|bye|goodbye|see you|"
    r"who are you|how are you|okay|ok|great|nice|cheers)\b[^.!?]{0,25}[.!?,\s]*)+",
    re.IGNORECASE,
)
_GENERAL_QUESTION = re.compile(
    r"\W*(?:who|why|explain|tell me|what (?:is|are|was|were|does)|how (?:does|do|did|is|are))\b", re.IGNORECASE
)
_MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TAKES_A_MAIL_ADDRESS = re.compile(r"to|.*(?:mail|recipient|address).*")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "es", "ed", "er", "s", "e", "y")

_IN_NAME, _IN_DESCRIPTION, _IN_PARAMETER = 1.5, 1.0, 0.7
_RELATED = 0.6
_MOST = 3.0


def evidence(tools: Iterable[Tool], request: str) -> dict[str, float]:
    """Return for every tool's name, and for `""` (no tool), how much the words of `request` speak for it: 0 to 3.

    A word that several tools share counts for each in proportion. Where no tool's words occur, greetings
    and questions of general knowledge speak for no tool.
    """
    tools = tuple(tools)
    words = set(_stems(_MAIL_ADDRESS.sub(" ", request)))
    vocabulary = {tool.name: _vocabulary(tool) for tool in tools}
    scores = dict.fromkeys(vocabulary, 0.0)
    for word in words:
        hits = {name: _weight(word, known) for name, known in vocabulary.items()}
        total = sum(hits.values())
        for name, hit in hits.items():
            scores[name] += hit * hit / total if total else 0.0
    for tool in tools:
        scores[tool.name] += _argument_evidence(tool, request)
    nothing = 0.0
    if max(scores.values(), default=0.0) < 0.3:
        nothing = 3.0 if _SMALL_TALK.fullmatch(request) else 1.0 if _GENERAL_QUESTION.match(request) else 0.0
        if not nothing and "?" in request:
            # What is asked may stand in what a tool searches, whatever its words.
            scores |= {name: 1.0 for name, known in vocabulary.items() if _SEARCHES & known.keys()}
    return {name: min(score, _MOST) for name, score in scores.items()} | {"": nothing}


def _stems(text: str) -> list[str]:
    plain = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower().replace("e-mail", "email").replace("_", " ")
    return [_stem(word) for word in re.findall(r"[^\W\d_]{2,}", plain) if word not in FUNCTION_WORDS]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _related_words() -> Mapping[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for group in _GROUPS:
        stems = {_stem(word) for word in group.split()}
        for stem in stems:
            related.setdefault(stem, set()).update(stems)
    return {stem: frozenset(others) for stem, others in related.items()}


_RELATIONS = _related_words()


def _vocabulary(tool: Tool) -> dict[str, float]:
    known: dict[str, float] = {}
    parameters = " ".join(tool.parameters.get("properties") or {})
    for text, weight in ((parameters, _IN_PARAMETER), (tool.description, _IN_DESCRIPTION), (tool.name, _IN_NAME)):
        for stem in _stems(text):
            known[stem] = max(known.get(stem, 0.0), weight)
    return known


_SEARCHES = frozenset(_stems("search find lookup query"))


def _weight(word: str, known: Mapping[str, float]) -> float:
    related = _RELATIONS.get(word, frozenset())
    best = 0.0
    for stem, weight in known.items():
        if stem == word or (min(len(stem), len(word)) >= 4 and (stem.startswith(word) or word.startswith(stem))):
            best = max(best, weight)
        elif stem in related:
            best = max(best, weight * _RELATED)
    return best


def _argument_evidence(tool: Tool, request: str) -> float:
    """A mail address or a number in the request speaks for a tool that takes one."""
    properties: Mapping[str, object] = tool.parameters.get("properties") or {}
    score = 0.0
    if _MAIL_ADDRESS.search(request) and any(_TAKES_A_MAIL_ADDRESS.fullmatch(name) for name in properties):
        score += 1.0
    kinds = {part.get("type") for part in properties.values() if isinstance(part, dict)}
    if re.search(r"\d", _MAIL_ADDRESS.sub("", request)) and kinds & {"number", "integer"}:
        score += 0.5
    return score
