"""Trust outlives the program, is the user's alone to read, and is never there by accident."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hitl_desktop.core.trust import ProjectReach, TrustChange, Used
from hitl_desktop.locations import bundled_graphs
from hitl_desktop.records.trust_file import TrustFile, users_trust

REACH = ProjectReach("/p", code=(Used("../lib", "/lib"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "trusted.toml"


def test_it_is_kept_and_withdrawn_for_every_window(path: Path) -> None:
    changes: list[TrustChange] = []
    here, there = TrustFile(path, on_change=changes.append), TrustFile(path)
    assert not here.trusts(REACH)
    here.give(REACH)
    assert here.trusts(REACH)
    assert there.trusts(REACH)
    assert not there.trusts(ProjectReach("/p", code=(Used("/etc", "/etc"),)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    there.give(ProjectReach("/other"))
    assert [each.folder for each in here.folders()] == ["/other", "/p"]
    here.withdraw("/p")
    here.withdraw("/never")
    assert not there.trusts(REACH)
    assert there.trusts(ProjectReach("/other"))
    assert [(change.what, change.entry.folder, *change.entry.outside) for change in changes] == [
        ("given", "/p", "/lib"),
        ("withdrawn", "/p", "/lib"),
    ]


def test_trust_that_is_given_again_is_for_what_was_shown_last(path: Path) -> None:
    trust = TrustFile(path)
    trust.give(REACH)
    trust.give(ProjectReach("/p"))
    assert not trust.trusts(REACH)


@pytest.mark.parametrize("content", [b"trusted = [", b"\xff", b'trusted = ["/p"]', b""])
def test_a_damaged_file_trusts_nothing(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert not TrustFile(path).trusts(REACH)
    assert TrustFile(path).folders() == ()


@pytest.mark.parametrize(("folder", "blocked"), [("/p", True), ("/\udce9", False)])
def test_what_cannot_be_kept_holds_until_the_program_ends(path: Path, folder: str, blocked: bool) -> None:
    if blocked:
        path.mkdir(parents=True)
    changes: list[TrustChange] = []
    trust = TrustFile(path, on_change=changes.append)
    with pytest.raises(OSError, match=r"directory|name"):
        trust.give(ProjectReach(folder))
    assert trust.trusts(ProjectReach(folder))
    assert len(changes) == 1
    assert not TrustFile(path).trusts(ProjectReach(folder))


def test_the_examples_are_always_trusted_and_never_listed(home: Path) -> None:
    trust = users_trust()
    assert trust.trusts(ProjectReach(str(bundled_graphs().resolve())))
    assert not trust.trusts(ProjectReach(str(bundled_graphs().resolve().parent)))
    assert trust.folders() == ()
    assert not home.exists(), "looking makes no file"
