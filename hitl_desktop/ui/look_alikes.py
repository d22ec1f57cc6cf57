"""Characters that pass for others: words that mix scripts, wide digits, false punctuation in addresses, encoded hosts.

The tables are a part of Unicode's confusables (UTS #39, `confusables.txt`), narrowed to what reads as Latin letters
and ASCII punctuation. A warning at ordinary writing is soon not read any more, so what is ordinary passes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass


def _table(first: int, written: str) -> dict[str, str]:
    """Characters from a place in Unicode on, each with what it reads as; a dot for those that read as themselves."""
    return {chr(first + number): reads for number, reads in enumerate(written) if reads != "."}


_READS_AS: dict[str, str] = {
    **_table(0x0391, "AB..EZH.IK.MN.O.P..TY.X"),  # Greek
    **_table(0x03B1, "a.y.....ik..v.o.p.otu.x"),
    **_table(0x0405, "SI.J"),  # Cyrillic
    **_table(0x0410, "A.B..E....K.MHO.PCTY.X"),
    **_table(0x0430, "a....e........o.pc.y.x"),
    **_table(0x0455, "si.j"),
    **_table(0x04AE, "Yy"),
    "\u04bb": "h",
    "\u04cf": "l",
    "\u0501": "d",
    "\u050c": "G",
    "\u051b": "q",
    "\u051d": "w",
    **_table(0x054D, "U"),  # Armenian
    **_table(0x0555, "O"),
    **_table(0x0578, "n"),
    **_table(0x057D, "u"),
    **_table(0x0581, "g"),
    **_table(0x0585, "o"),
    **_table(0x0570, "h"),
}
_IN_HOSTS = {"\u0251": "a", "\u0261": "g", "\u0131": "i", "\u026a": "i", "\u1d0f": "o", "\u0269": "i"}
_DOTS = {"\u2024": ".", "\u3002": ".", "\uff0e": ".", "\uff61": ".", "\u06d4": ".", "\u0701": "."}
_SLASHES = {"\u2044": "/", "\u2215": "/", "\u29f8": "/", "\uff0f": "/", "\u2571": "/", "\u29f5": "\\", "\uff3c": "\\"}
_COLONS = {"\ua789": ":", "\u2236": ":", "\uff1a": ":", "\u0589": ":", "\u02d0": ":", "\ufe55": ":"}
_AT_SIGNS = {"\uff20": "@", "\ufe6b": "@"}
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"}
_PUNCTUATION = _DOTS | _SLASHES | _COLONS | _AT_SIGNS
_IN_ADDRESSES = _PUNCTUATION | _DASHES | _IN_HOSTS | {"\u037e": ";", "\uff1f": "?", "\uff06": "&"}


def _any_of(characters: dict[str, str]) -> str:
    return "[" + "".join(map(re.escape, characters)) + "]"


_OTHERS = "\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff\uab70-\uabbf"
_LATIN = "A-Za-z\u00c0-\u024f"
_MIXED = re.compile(rf"(?:[{_LATIN}](?=[{_OTHERS}])|[{_OTHERS}](?=[{_LATIN}]))")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u052f]{3,}")
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_DIGITS = re.compile(r"[0-9](?=[^\W0-9A-Za-z_])|[^\W0-9A-Za-z_](?=[0-9])")
_STYLED = re.compile(r"[\U0001d400-\U0001d7cb]{3,}")
_ENCODED = re.compile(r"(?i)(?<![\w-])(?:[\w-]{1,63}\.){0,5}xn--[a-z0-9-]{1,59}(?:\.[\w-]{1,63}){0,5}")
_ADDRESS = re.compile(
    rf"(?:(?::|{_any_of(_COLONS)})(?:/|{_any_of(_SLASHES)}){{2}}|(?<![\w.])www\.|@|{_any_of(_AT_SIGNS)})"
    # A false sign counts where the address goes on behind it: in Chinese the sentence may end there.
    rf"(?P<host>(?:[\w-]|(?:\.|{_any_of(_IN_ADDRESSES)})(?=[A-Za-z0-9])){{1,255}})"
)
_FALSE_SLASH = re.compile(rf"(?<=[^\W\d]){_any_of(_SLASHES)}(?=\w)|(?<=\w){_any_of(_SLASHES)}(?=[^\W\d])")
_FALSE_DASH = re.compile(rf"(?<!\S){_any_of(_DASHES)}{{1,2}}(?=[a-zA-Z])")
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A place in a text that does not say what it seems to: what stands there, and what is false about it."""

    start: int
    end: int
    words: str


def look_alikes(text: str, limit: int = 50) -> list[LookAlike]:
    """The places of a text that pass for something else, in their order, at most `limit` of them."""
    found: list[LookAlike] = []
    taken: list[range] = []
    for finder in _FINDERS if not text.isascii() else (_encoded_hosts,):
        for each in finder(text):
            if not any(each.start < other.stop and other.start < each.end for other in taken):
                found.append(each)
                taken.append(range(each.start, each.end))
            if len(found) >= limit:
                break
    return sorted(found, key=lambda each: each.start)[:limit]


def describe_look_alikes(text: str) -> str:
    """What passes for something else in the text, in words for the reviewer; empty if nothing does."""
    found = look_alikes(text)
    if not found:
        return ""
    words = list(dict.fromkeys(each.words for each in found))
    rest = f"; and {len(words) - 2} more" if len(words) > 2 else ""
    return f"May be mistaken: {'; '.join(words[:2])}{rest}"


def _encoded_hosts(text: str) -> Iterator[LookAlike]:
    for match in _ENCODED.finditer(text):
        labels = [_decoded(label) for label in match[0].split(".")]
        reads = ".".join(label or "?" for label in labels)
        named = "" if None in labels else _named(reads, lambda character: not character.isascii())
        yield LookAlike(match.start(), match.end(), f"{_quoted(match[0])} is the host {_quoted(reads)}{named}")


def _decoded(label: str) -> str | None:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return None


def _addresses(text: str) -> Iterator[LookAlike]:
    for match in _ADDRESS.finditer(text):
        start = match.start()
        while (
            start > 0 and match.start() - start < _WIDEST and (text[start - 1].isalnum() or text[start - 1] in ".+-_")
        ):
            start -= 1
        words = text[start : match.end()]
        labels = match["host"].split(".")
        if any(each in _IN_ADDRESSES for each in match[0]) or any(
            _seems_latin(label) or _MIXED.search(label) for label in labels
        ):
            yield _false(text, start, start + len(words), _is_false_in_address)


def _is_false_in_address(character: str) -> bool:
    return character in _READS_AS or character in _IN_ADDRESSES or "\uff01" <= character <= "\uff5e"


def _seems_latin(word: str) -> bool:
    return any(character in _READS_AS for character in word) and all(
        character in _READS_AS or character.isascii() for character in word
    )


def _mixed_words(text: str) -> Iterator[LookAlike]:
    end = 0
    for match in _MIXED.finditer(text):
        if match.start() < end:
            continue
        start, end = _around(text, match.start())
        word = text[start:end]
        others = [each for each in word if re.match(f"[{_OTHERS}]", each)]
        if _is_ordinary_mixture(word, others):
            continue
        if all(each in _READS_AS for each in others):
            yield _false(text, start, end, lambda character: character in _READS_AS)
        elif all(each in _LATIN_LIKE_CYRILLIC for each in word if each not in others):
            yield _false(text, start, end, lambda character: character.isascii())


_LATIN_LIKE_CYRILLIC = set("ABCEHKMOPTXaceopxyi")


def _is_ordinary_mixture(word: str, others: list[str]) -> bool:
    if "\u0370" <= others[0] <= "\u03ff":
        return len(word) <= 3  # a quantity: a letter and its index, or a unit
    # An abbreviation with an ending, as in Russian: capitals, then small letters of the other script.
    latin = [each for each in word if each not in others]
    return (
        len(latin) > 1
        and word.startswith("".join(latin))
        and all(map(str.isupper, latin))
        and not any(map(str.isupper, others))
    )


def _around(text: str, place: int, belongs: Callable[[str], bool] = str.isalpha) -> tuple[int, int]:
    """The word or number around a place, of a limited length."""
    start = end = place
    while start > 0 and place - start < _WIDEST and belongs(text[start - 1]):
        start -= 1
    while end < len(text) and end - place < _WIDEST and belongs(text[end]):
        end += 1
    return start, end


def _words_of_look_alikes(text: str) -> Iterator[LookAlike]:
    """Cyrillic words that all read as Latin ones, in a text that is Latin otherwise."""
    if not re.search("[A-Za-z]", text):
        return
    words = list(_CYRILLIC_WORD.finditer(text))
    if all(_seems_latin(match[0]) for match in words) and not re.search("[\u0430-\u044f]", _without_look_alikes(text)):
        for match in words:
            yield _false(text, match.start(), match.end(), lambda character: True)


def _without_look_alikes(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, _READS_AS)))


def _wide_characters(text: str) -> Iterator[LookAlike]:
    if not _EAST_ASIAN.search(text):
        for match in _WIDE.finditer(text):
            yield _false(text, match.start(), match.end(), lambda character: True)


def _digits_of_two_kinds(text: str) -> Iterator[LookAlike]:
    end = 0
    for match in _DIGITS.finditer(text):
        pair = text[match.start() : match.end() + 1]
        if match.start() >= end and pair.isdecimal():
            start, end = _around(text, match.start(), str.isdecimal)
            yield _false(text, start, end, lambda character: not character.isascii())


def _styled_words(text: str) -> Iterator[LookAlike]:
    for match in _STYLED.finditer(text):
        if any(map(str.isalpha, match[0])):
            yield _false(text, match.start(), match.end(), lambda character: True)


def _false_signs(text: str) -> Iterator[LookAlike]:
    for sign in (_FALSE_SLASH, _FALSE_DASH):
        for match in sign.finditer(text):
            start, end = _around(text, match.start() - 1) if match.start() else (0, 0)
            start, end = min(start, match.start()), max(end, _around(text, match.end())[1])
            yield _false(text, start, end, lambda character: character in _SLASHES or character in _DASHES)


def _false(text: str, start: int, end: int, is_false: Callable[[str], bool]) -> LookAlike:
    words = text[start:end]
    return LookAlike(start, end, f"{_quoted(words)} holds{_named(words, is_false).replace(': ', ' ', 1)}")


def _quoted(words: str) -> str:
    return f"“{words[:_WIDEST]}{'…' if len(words) > _WIDEST else ''}”"


def _named(words: str, is_false: Callable[[str], bool]) -> str:
    """The false characters, each with its number and name."""
    characters = list(dict.fromkeys(filter(is_false, words)))
    names = [f"{each} U+{ord(each):04X} ({unicodedata.name(each, 'no name').lower()})" for each in characters[:2]]
    rest = f" and {len(characters) - 2} more" if len(characters) > 2 else ""
    return f": {', '.join(names)}{rest}" if names else ""


_FINDERS = (
    _encoded_hosts,
    _addresses,
    _mixed_words,
    _words_of_look_alikes,
    _wide_characters,
    _digits_of_two_kinds,
    _styled_words,
    _false_signs,
)
