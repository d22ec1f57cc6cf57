"""Settings from a table, whatever stands in it, and back."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import Any, get_args

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.run_model import RunModel
from hitl_desktop.core.settings import Settings, Theme, read_settings

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
any_settings = st.builds(
    Settings,
    theme=st.sampled_from(get_args(Theme)),
    hold_seconds=st.floats(0, 10),
    single_letter_decisions=st.booleans(),
    ollama_url=texts,
    model=texts,
    gguf_file=texts,
    allowed_hosts=st.lists(st.sampled_from(["ollama.lan", "10.0.0.5", "fd00::1"]), unique=True).map(tuple),
    worker_thread_graphs=st.lists(texts, max_size=3).map(tuple),
    graph_models=st.dictionaries(
        texts,
        st.builds(
            RunModel,
            model=texts,
            temperature=st.none() | st.floats(0, 2),
            num_ctx=st.none() | st.integers(1, 2**20),
            keep_alive=st.sampled_from([None, "5m", "0s", "-1m", "1h30m"]),
            seed=st.none() | st.integers(0, 2**31 - 1),
        ),
        max_size=3,
    ),
    keys=st.dictionaries(texts, texts, max_size=3),
)


@given(any_settings)
def test_settings_come_back_from_toml(settings: Settings) -> None:
    table = tomllib.loads(tomli_w.dumps(settings.to_table()))
    assert read_settings(table) == (settings, ())


def test_nothing_gives_the_settings_of_a_new_installation() -> None:
    assert read_settings({}) == (Settings(), ())


def test_every_setting_can_be_read() -> None:
    assert set(Settings().to_table()) == {each.name for each in fields(Settings)}
    assert read_settings(Settings().to_table()) == (Settings(), ())


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("theme", "pink", "it is one of system, light, dark"),
        ("theme", ["light"], "it is one of"),
        ("hold_seconds", -0.1, "from 0 to 10"),
        ("hold_seconds", 10.5, "from 0 to 10"),
        ("hold_seconds", "3", "from 0 to 10"),
        ("hold_seconds", True, "from 0 to 10"),
        ("hold_seconds", float("nan"), "from 0 to 10"),
        ("single_letter_decisions", 1, "true or false"),
        ("ollama_url", 5, "a text"),
        ("model", None, "a text"),
        ("gguf_file", ["x"], "a text"),
        ("allowed_hosts", "ollama.lan", "a list of texts"),
        ("allowed_hosts", ["ollama.lan", 5], "a text"),
        ("allowed_hosts", ["ollama.lan", "http://ollama.lan"], "“http://ollama.lan” is neither the name nor"),
        ("worker_thread_graphs", "mail", "a list of texts"),
        ("worker_thread_graphs", ["mail", 5], "a text"),
        ("graph_models", ["x"], "a table of models by graph"),
        ("graph_models", {"mail": "qwen"}, "a table of the model"),
        ("graph_models", {"mail": {"temperature": 3}}, "“temperature” is no choice"),
        ("graph_models", {"mail": {"seed": True}}, "“seed” is no choice"),
        ("graph_models", {"mail": {"num_ctx": 0}}, "“num_ctx” is no choice"),
        ("graph_models", {"mail": {"keep_alive": "-1"}}, "“keep_alive” is no choice"),
        ("graph_models", {"mail": {"base_url": "http://elsewhere"}}, "“base_url” is no choice"),
        ("keys", ["x"], "a table of keys"),
        ("keys", {"approve": 5}, "a text"),
    ],
)
def test_a_wrong_entry_has_its_default_and_a_complaint(name: str, value: Any, why: str) -> None:
    settings, (complaint,) = read_settings({"model": "qwen", "theme": "dark", name: value})
    good: dict[str, Any] = {"model": "qwen", "theme": "dark"}
    good.pop(name, None)
    assert settings == Settings(**good)
    assert name in complaint
    assert why in complaint


def test_an_unknown_entry_is_complained_about_and_the_others_count() -> None:
    settings, complaints = read_settings({"colour": "red", "hold_seconds": 0, "keys": {"approve": "A"}})
    assert settings == Settings(hold_seconds=0.0, keys={"approve": "A"})
    assert complaints == ("There is no setting “colour”.",)
