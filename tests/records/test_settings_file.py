"""The settings file: whole or not at all, for the user alone, and never in the way of the program."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.core.settings import Settings
from hitl_desktop.records.settings_file import load_settings, save_settings

CHANGED = Settings(theme="dark", hold_seconds=0.5, worker_thread_graphs=("mail",), keys={"approve": "Ctrl+Ä"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "settings.toml"


def test_without_a_file_there_are_the_built_in_ones(path: Path) -> None:
    assert load_settings(path) == (Settings(), ())
    assert not path.parent.exists()


def test_settings_come_back(path: Path) -> None:
    save_settings(path, CHANGED)
    assert load_settings(path) == (CHANGED, ())
    save_settings(path, Settings())
    assert load_settings(path) == (Settings(), ())


def test_it_is_readable_by_the_user_alone_even_if_it_was_not_before(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        save_settings(path, CHANGED)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe", b"\x00" * 100, b'theme = "dark"\ntheme = "light"'])
def test_a_damaged_file_gives_the_built_in_ones_and_a_complaint(content: bytes, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings, (complaint,) = load_settings(path)
    assert settings == Settings()
    assert str(path) in complaint
    assert "built-in ones are used" in complaint
    assert path.read_bytes() == content


def test_a_folder_in_its_place_gives_the_built_in_ones_and_a_complaint(path: Path) -> None:
    path.mkdir(parents=True)
    assert load_settings(path)[0] == Settings()
    assert len(load_settings(path)[1]) == 1


def test_single_entries_that_are_wrong_are_complained_about(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('theme = "pink"\nhold_seconds = 5\n')
    settings, complaints = load_settings(path)
    assert settings == Settings(hold_seconds=5.0)
    assert len(complaints) == 1


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        save_settings(path, CHANGED)
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_old_ones(path: Path) -> None:
    save_settings(path, CHANGED)
    no_toml: dict[str, Any] = {"model": object()}
    with pytest.raises(TypeError):
        save_settings(path, Settings(**no_toml))
    assert load_settings(path) == (CHANGED, ())
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_while_it_is_written_gets_old_or_new_settings(path: Path) -> None:
    both = (Settings(model="a" * 5000), Settings(model="b" * 5000))
    save_settings(path, both[0])

    def write() -> None:
        for number in range(15):
            save_settings(path, both[number % 2])

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write) for _ in range(2)]
        found = []
        while not all(each.done() for each in writing):
            found.append(load_settings(path))
        for each in writing:
            each.result()
    assert found
    assert all(settings in both and not complaints for settings, complaints in found)
