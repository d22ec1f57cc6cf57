"""Which projects may run their code: what a project would use, and the folders that a person has trusted with that.

Trust is given to a folder, and to what its manifest used outside of it at that time. Edits of the code in the folder
keep it; another folder in its place, or a manifest that newly reaches outside, does not have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

OUTSIDE = "OUTSIDE THE FOLDER"
"""Above what comes from elsewhere: the sign that is not only a colour."""


@dataclass(frozen=True, slots=True)
class Used:
    """One thing that a project uses: how the manifest writes it, where it comes from, and a remark on it.

    `outside` is the place that it comes from where that lies outside the project's folder, else empty.
    """

    written: str
    outside: str = ""
    note: str = ""

    @property
    def line(self) -> str:
        """It on one line: nothing in it can look like another line, or hide."""
        parts = [spelled(self.written)]
        if self.outside:
            parts.append(f"→ {spelled(self.outside)}")
        if self.note:
            parts.append(f"({spelled(self.note)})")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class ProjectReach:
    """What opening a project would run, add to the module path and set.

    `folder` is absolute, links resolved. `identity` tells it from another folder that is put in its place.
    """

    folder: str
    graphs: tuple[Used, ...] = ()
    code: tuple[Used, ...] = ()
    environment: tuple[Used, ...] = ()
    identity: str = ""

    @property
    def outside(self) -> frozenset[str]:
        """The places outside the folder."""
        return frozenset(each.outside for each in (*self.graphs, *self.code, *self.environment) if each.outside)

    @property
    def text(self) -> str:
        """All of it to be read, a line each, what lies outside the folder first."""
        everything = (*self.graphs, *self.code, *self.environment)
        return "\n".join(
            f"{title}\n" + "\n".join(f"    {each.line}" for each in found)
            for title, found in (
                (OUTSIDE, tuple(each for each in everything if each.outside)),
                ("Graphs, whose code runs", _inside(self.graphs)),
                ("Dependencies, whose code graphs can import", _inside(self.code)),
                ("Environment variables that it sets", _inside(self.environment)),
            )
            if found
        )


@dataclass(frozen=True, slots=True)
class TrustedFolder:
    """A folder that was trusted: when, with which places outside of it, and which folder it was.

    An entry without an `identity`, as older versions wrote them, is for any folder of that path.
    """

    folder: str
    since: datetime
    outside: frozenset[str] = frozenset()
    identity: str = ""

    def covers(self, reach: ProjectReach) -> bool:
        """Whether this project was trusted with all that it uses now."""
        if self.identity and self.identity != reach.identity:
            return False
        return self.folder == reach.folder and reach.outside <= self.outside


@dataclass(frozen=True, slots=True)
class TrustChange:
    """That trust was given to a folder, or withdrawn from it."""

    what: Literal["given", "withdrawn"]
    entry: TrustedFolder


class TrustKeeper(Protocol):
    """Where trust is kept."""

    def folders(self) -> tuple[TrustedFolder, ...]:
        """What a person has trusted, in the order of the folders."""
        ...

    def trusts(self, reach: ProjectReach) -> bool:
        """Whether this project may run its code without a question."""
        ...

    def give(self, reach: ProjectReach) -> None:
        """Trust a project with what it uses now. Raises `OSError` where that lasts for this start only."""
        ...

    def withdraw(self, folder: str) -> None:
        """Trust a folder no longer. Raises `OSError` where that lasts for this start only."""
        ...


def _inside(used: tuple[Used, ...]) -> tuple[Used, ...]:
    return tuple(each for each in used if not each.outside)


def to_table(folders: Iterable[TrustedFolder]) -> dict[str, Any]:
    """Trusted folders as a TOML table."""
    return {
        "trusted": [
            {
                "folder": each.folder,
                "since": each.since,
                "outside": sorted(each.outside),
                **({"identity": each.identity} if each.identity else {}),
            }
            for each in sorted(folders, key=lambda each: each.folder)
        ]
    }


def read_table(table: Mapping[str, Any]) -> tuple[TrustedFolder, ...]:
    """Trusted folders from a TOML table. An entry that is not wholly understood gives no trust."""
    entries = table.get("trusted")
    return tuple(
        TrustedFolder(folder, since if since.tzinfo else since.replace(tzinfo=UTC), frozenset(outside), identity)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping)
        for folder, since, outside, identity in (
            (entry.get("folder"), entry.get("since"), entry.get("outside"), entry.get("identity", "")),
        )
        if isinstance(folder, str) and isinstance(since, datetime) and isinstance(outside, list)
        if isinstance(identity, str)
        if all(isinstance(place, str) for place in outside)
    )


def spelled(text: str) -> str:
    """The text on one line, with every character spelled out that would not be seen, or would begin another line."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "backslashreplace").decode()
        for character in text
    )
