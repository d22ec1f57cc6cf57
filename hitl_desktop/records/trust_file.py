"""The file of trusted folders: TOML in the user's settings folder."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from hitl_desktop.core.trust import ProjectReach, TrustChange, TrustedFolder, read_table, to_table
from hitl_desktop.locations import bundled_graphs, settings_folder
from hitl_desktop.records.toml_file import save_table

TRUST_FILE = "trusted.toml"


class TrustFile:
    """See `core.trust.TrustKeeper`. May be used from any thread.

    The file is read at each question, so that what another window withdrew is withdrawn here, too; one that is
    damaged trusts nothing. `always` are folders that need no entry. `on_change` is called wherever trust is given or
    withdrawn, after the file was written.
    """

    def __init__(
        self, path: Path, always: Iterable[Path] = (), on_change: Callable[[TrustChange], None] = lambda _: None
    ) -> None:
        self._path = path
        self._always = frozenset(str(folder.resolve()) for folder in always)
        self._on_change = on_change
        self._lock = RLock()
        self._this_start: dict[str, TrustedFolder | None] = {}

    def folders(self) -> tuple[TrustedFolder, ...]:
        """What a person has trusted, in the order of the folders."""
        return tuple(each for _, each in sorted(self._known().items()))

    def trusts(self, reach: ProjectReach) -> bool:
        """Whether this project may run its code without a question."""
        if reach.folder in self._always:
            return True
        entry = self._known().get(reach.folder)
        return entry is not None and entry.covers(reach)

    def give(self, reach: ProjectReach) -> None:
        """Trust a project with what it uses now. Raises `OSError` where that lasts for this start only."""
        entry = TrustedFolder(reach.folder, datetime.now(UTC).replace(microsecond=0), reach.outside, reach.identity)
        self._change(reach.folder, entry, TrustChange("given", entry))

    def withdraw(self, folder: str) -> None:
        """Trust a folder no longer. Raises `OSError` where that lasts for this start only."""
        entry = self._known().get(folder)
        if entry is not None:
            self._change(folder, None, TrustChange("withdrawn", entry))

    def _change(self, folder: str, entry: TrustedFolder | None, change: TrustChange) -> None:
        with self._lock:
            self._this_start[folder] = entry
            try:
                save_table(self._path, to_table(self._known().values()))
                del self._this_start[folder]
            except UnicodeEncodeError as error:
                raise OSError("its name is not text that a settings file can hold") from error
            finally:
                self._on_change(change)

    def _known(self) -> dict[str, TrustedFolder]:
        with self._lock:
            try:
                entries = read_table(tomllib.loads(self._path.read_text("utf-8")))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                entries = ()
            known: dict[str, TrustedFolder | None] = {each.folder: each for each in entries}
            return {name: each for name, each in {**known, **self._this_start}.items() if each is not None}


def users_trust(on_change: Callable[[TrustChange], None] = lambda _: None) -> TrustFile:
    """The user's trusted folders. The example graphs are part of the program and always trusted."""
    try:
        always = [bundled_graphs()]
    except FileNotFoundError:
        always = []
    return TrustFile(settings_folder() / TRUST_FILE, always, on_change)
