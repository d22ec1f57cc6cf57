"""The models of threads, kept in a file and read again."""

from __future__ import annotations

from pathlib import Path

from hitl_desktop.core.run_model import RunModel
from hitl_desktop.records.thread_models_file import ThreadModelsFile


def test_choices_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "models.toml"
    assert ThreadModelsFile(path).load() == {}
    choices = {"b": RunModel("qwen2.5:3b", temperature=0.5), "a": RunModel(seed=7, keep_alive="5m", num_ctx=8192)}
    ThreadModelsFile(path).save(choices)
    assert list(ThreadModelsFile(path).load().items()) == list(choices.items())


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text('a = 5\n[b]\nmodel = "m"\n[c]\nbase_url = "http://elsewhere"\n')
    assert ThreadModelsFile(path).load() == {"b": RunModel("m")}
    path.write_text("not a table")
    assert ThreadModelsFile(path).load() == {}


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ThreadModelsFile(tmp_path / "file" / "models.toml").save({"a": RunModel("m")})
