"""Characters that nobody sees, made visible and read back: what an agent writes cannot hide or turn round."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from hitl_desktop.ui.look_alikes import describe_look_alikes

# Everything that is drawn as nothing or turns the direction of what follows: controls (tab and line
# breaks excepted), format characters, fillers, variation selectors, lone surrogates, noncharacters, and
# the object character that Qt uses for itself. Qt drops lone surrogates and a leading U+FEFF (measured
# with PySide6 6.11.3), so a text field would lose them without this.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc"
    "\ufffe\uffff\U000e0000-\U000e0fff\U0001d173-\U0001d17a"
)
_ESCAPE = re.compile(r"⟨U\+([0-9A-F]{4,6})⟩")
_TO_SHOW = re.compile(rf"[{_HIDDEN}]|\r(?!\n)|⟨(?=U\+[0-9A-F]{{4,6}}⟩)")
_JOINERS = "\u200c\u200d"
_EMOJI_STYLES = "\ufe0e\ufe0f"


def visible(text: str) -> str:
    """The text with each hidden or direction-changing character spelled out, as in ``⟨U+202E⟩``.

    `from_visible` reverses it exactly: a text that already reads like that has its first bracket spelled
    out. Joiners stay as they are where writing needs them, within emoji and Arabic or Indic words.
    """
    return _TO_SHOW.sub(lambda match: match[0] if _is_needed(match) else _spelled(match[0]), text)


def from_visible(text: str) -> str:
    """The text that `visible` spelled out. What is not such a spelling stays as it is."""
    return _ESCAPE.sub(lambda match: chr(code) if (code := int(match[1], 16)) <= 0x10FFFF else match[0], text)


def replace_hidden(text: str, spell: Callable[[str], str]) -> str:
    """The text with each hidden character replaced by what `spell` makes of it."""
    return _TO_SHOW.sub(lambda match: match[0] if match[0] == "⟨" or _is_needed(match) else spell(match[0]), text)


def spell_hidden(text: str) -> str:
    """Like `visible`, for a text that may hold spelled-out characters already: these stay."""
    return replace_hidden(text, _spelled)


def has_hidden(text: str) -> bool:
    """Whether the text holds a character that is not seen as itself (`visible` would spell it out)."""
    return bool(hidden_characters(text, limit=1))


def may_hide(text: str) -> bool:
    """Whether the text holds a character that can be hidden, depending on its neighbours."""
    return bool(_TO_SHOW.search(text)) or "\r" in text


def hidden_characters(text: str, limit: int = 1000) -> list[str]:
    """The hidden characters of the text in their order, at most `limit` of them."""
    found: list[str] = []
    for match in _TO_SHOW.finditer(text):
        if match[0] != "⟨" and not _is_needed(match):
            found.append(match[0])
            if len(found) == limit:
                break
    return found


def describe_hidden(text: str) -> str:
    """What is hidden in the text or passes for something else, in words for the reviewer; empty if nothing is."""
    return ". ".join(filter(None, (_hidden_in_words(text), describe_look_alikes(text))))


def _hidden_in_words(text: str) -> str:
    found = hidden_characters(text)
    if not found:
        return ""
    names = list(dict.fromkeys(f"{_spelled(each)[1:-1]} ({_name(each)})" for each in found))
    rest = f" and {len(names) - 3} other kinds" if len(names) > 3 else ""
    count = "a hidden character" if len(found) == 1 else f"{len(found)} hidden characters"
    return f"Contains {count}, spelled out here: {', '.join(names[:3])}{rest}"


def _spelled(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def _name(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "half of a character"
    return unicodedata.name(character, "control character").lower()


def _is_needed(match: re.Match[str]) -> bool:
    """Whether a joiner or an emoji style stands where ordinary writing has it, so that it is seen by its effect."""
    character, text, start = match[0], match.string, match.start()
    before = unicodedata.category(text[start - 1]) if start else ""
    if character in _EMOJI_STYLES:
        return before[:1] in ("S", "P", "N")
    if character not in _JOINERS or start + 1 >= len(text):
        return False
    after = unicodedata.category(text[start + 1])
    if character == "\u200d" and after == "So":
        return before in ("So", "Sk") or (text[start - 1] in _EMOJI_STYLES if start else False)
    return before in ("Lo", "Mn", "Mc") and after in ("Lo", "Mn", "Mc")
