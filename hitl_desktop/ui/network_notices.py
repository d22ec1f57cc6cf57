"""What wanted to leave the machine and was refused, as a notice of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TypeAlias

from hitl_desktop.core.network import Refusal
from hitl_desktop.ui.notices import Notices

_Key: TypeAlias = tuple[str, bool]
"""The host, and whether somebody wanted to listen there instead of reaching it."""

_MOST_NAMED = 5
_MOST_LISTED = 50
_MOST_HOSTS = 1_000


class NetworkNotices:
    """Tells of each host once, in one notice: code that tries a thousand hosts pushes no other notice out.

    `open_settings` is what the notice's button does.
    """

    def __init__(self, notices: Notices, open_settings: Callable[[], None]) -> None:
        self._notices = notices
        self._open_settings = open_settings
        self._known: set[_Key] = set()
        self._told: dict[_Key, Refusal] = {}
        self._allowed: tuple[str, ...] = ()
        self._text = ""

    def show(self, refusals: Sequence[Refusal]) -> None:
        """Tell of those whose hosts were not told before."""
        if self._text not in self._notices.texts:
            self._told.clear()  # the person has closed it
        new = {}
        for refusal in refusals:
            key = refusal.host, refusal.attempt == "listen on"
            if key not in self._known and len(self._known) < _MOST_HOSTS:
                self._known.add(key)
                new[key] = refusal
        if not new:
            return
        self._told |= new
        self._notices.remove(self._text)
        told = tuple(self._told.values())
        self._text = _about_one(told[0]) if len(told) == 1 else _about_many(told)
        details = "\n".join(refusal.line for refusal in told[-_MOST_LISTED:])
        self._notices.add(self._text, details, action=("Open the settings", self._open_settings))

    def set_allowed(self, hosts: Sequence[str]) -> None:
        """Other hosts are allowed now: nothing more of before is told, and what is refused from here on is anew."""
        if tuple(hosts) != self._allowed:
            self._allowed = tuple(hosts)
            self._notices.remove(self._text)
            self._known.clear()
            self._told.clear()
            self._text = ""


def _about_one(refusal: Refusal) -> str:
    file, _, function = refusal.where.rpartition(" in ")
    place = f"“{function}” ({PurePath(file).name})" if file else "A library"
    node = f", in the node “{refusal.node}”," if refusal.node else ""
    tried = f"{place}{node} tried to {refusal.attempt} {refusal.target}"
    return f"{tried}. That was refused, and nothing was sent. {refusal.remedy}"


def _about_many(refusals: Sequence[Refusal]) -> str:
    targets = [refusal.target for refusal in refusals]
    named = ", ".join(targets[:_MOST_NAMED])
    more = f" and {len(targets) - _MOST_NAMED} more" if len(targets) > _MOST_NAMED else ""
    return (
        f"{len(targets)} attempts to leave this machine were refused, and nothing was sent: {named}{more}. "
        "Hosts that may be reached can be allowed in the settings; the details say who tried."
    )
