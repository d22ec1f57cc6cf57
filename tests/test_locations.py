from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from hitl_desktop import locations


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(locations.HOME_VARIABLE, raising=False)


def test_folders_are_the_users_own() -> None:
    assert locations.data_folder() == platformdirs.user_data_path("hitl-desktop", appauthor=False)
    assert locations.settings_folder() == platformdirs.user_config_path("hitl-desktop", appauthor=False)
    assert locations.state_folder() == platformdirs.user_state_path("hitl-desktop", appauthor=False)
    assert locations.default_database().parent == locations.data_folder()


def test_one_variable_moves_all_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locations.HOME_VARIABLE, str(tmp_path / "home"))
    folders = [locations.data_folder(), locations.settings_folder(), locations.state_folder()]
    assert [folder.parent for folder in folders] == [tmp_path / "home"] * 3
    assert len(set(folders)) == 3
    assert not (tmp_path / "home").exists(), "asking must not create"


def test_a_relative_or_tilde_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(locations.HOME_VARIABLE, "here")
    assert locations.data_folder() == tmp_path / "here" / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(locations.HOME_VARIABLE, "~/there")
    assert locations.data_folder() == tmp_path / "there" / "data"


def test_bundled_folders_of_a_checkout() -> None:
    assert (locations.resources() / "icons" / "hitl-desktop.svg").is_file()
    assert locations.bundled_graphs() == Path(__file__).resolve().parent.parent / "graphs"


def test_bundled_folders_of_a_wheel_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "hitl_desktop"
    (package / "_graphs").mkdir(parents=True)
    (tmp_path / "site-packages" / "graphs").mkdir()  # somebody else's package
    monkeypatch.setattr(locations, "_PACKAGE", package)
    assert locations.bundled_graphs() == package / "_graphs"
    with pytest.raises(FileNotFoundError, match="Install the program again"):
        locations.resources()


def test_ensure_creates_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    assert locations.ensure(folder) == folder
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    assert locations.ensure(folder) == folder, "a second time is fine"


def test_ensure_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="there is a file of that name") as caught:
        locations.ensure(tmp_path / "file")
    assert isinstance(caught.value, FileExistsError)
    with pytest.raises(NotADirectoryError, match="Not a directory"):
        locations.ensure(tmp_path / "file" / "below")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_ensure_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=locations.HOME_VARIABLE):
        locations.ensure(tmp_path / "new")
