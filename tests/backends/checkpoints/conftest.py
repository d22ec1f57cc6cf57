"""The zoo, made once, and a reader that is closed after each test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from hitl_desktop.backends.checkpoints.reader import CheckpointReader
from tests.backends.checkpoints.raw_rows import RawDatabase
from tests.backends.zoo import Specimen, build_zoo

NewReader: TypeAlias = Callable[[Path], CheckpointReader]
Zoo: TypeAlias = dict[str, Specimen]


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    """A thread of every kind. Its database is not to be changed."""
    return asyncio.run(build_zoo(tmp_path_factory.mktemp("zoo") / "zoo.sqlite"))


@pytest.fixture(scope="session")
def zoo_database(zoo: Zoo) -> Path:
    return zoo["waiting"].database


@pytest.fixture
def zoo_copy(zoo_database: Path, tmp_path: Path) -> Path:
    """A copy of the zoo's database, to be changed."""
    return Path(shutil.copy(zoo_database, tmp_path / "copy.sqlite"))


@pytest.fixture
def new_reader() -> Iterator[NewReader]:
    readers: list[CheckpointReader] = []

    def make(database: Path) -> CheckpointReader:
        readers.append(CheckpointReader(database))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[RawDatabase]:
    """A database with LangGraph's tables, to be filled row by row."""
    with RawDatabase(tmp_path / "raw.sqlite") as database:
        yield database
