"""The same client against a real Ollama, if one answers at OLLAMA_HOST on this machine; skipped elsewhere.

It changes nothing that was there: what it imports has a name of its own and is deleted again. Nothing is pulled.
"""

from __future__ import annotations

import os
from contextlib import aclosing
from pathlib import Path

import pytest

from hitl_desktop.core.local_models import PlaceState
from hitl_desktop.core.model_problems import LocalModelError, ModelProblem
from hitl_desktop.models.local_models import OllamaAndEmbedded
from hitl_desktop.models.ollama_address import is_loopback, ollama_url
from tests.models.gguf_files import gguf

HOST = os.environ.get("OLLAMA_HOST", "")  # read here: every test is given one where nobody listens
NAME = "hitl-desktop-test:import"


@pytest.fixture
def models() -> OllamaAndEmbedded:
    return OllamaAndEmbedded(lambda: HOST, lambda: None, lambda: (), os.environ)


@pytest.fixture(autouse=True)
async def real_ollama(models: OllamaAndEmbedded) -> None:
    """Skip where there is none: it is nothing that a test may start."""
    if not HOST or not is_loopback(ollama_url(HOST, {})):
        pytest.skip("OLLAMA_HOST names no Ollama on this machine")
    place = (await models.look()).place
    if place.state is not PlaceState.RUNNING:
        pytest.skip(f"no Ollama answers at {place.address}")


async def test_models_and_memory_can_be_read(models: OllamaAndEmbedded) -> None:
    seen = await models.look()
    assert seen.problem == ""
    assert seen.place.version
    for info in seen.models:
        assert info.name
        assert info.size > 0
        assert info.context_length is None or info.context_length > 0
    assert {each.name for each in seen.loaded} <= {info.name for info in seen.models}


async def test_a_file_is_taken_in_or_refused_in_words(models: OllamaAndEmbedded, tmp_path: Path) -> None:
    """A file of zeros is a model to some versions, and of an unknown kind to others; the bytes arrive at all."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(
        gguf({"general.architecture": "llama", "llama.context_length": 64}, {"token_embd.weight": (32, 32)})
    )
    stages: list[str] = []
    refused = ""
    try:
        async with aclosing(models.import_file(str(path), NAME)) as steps:
            async for step in steps:
                stages.append(step.stage)
        assert NAME in [info.name for info in (await models.look()).models]
        await models.delete(NAME)
    except LocalModelError as error:
        refused = str(error)
    assert not refused or "Ollama says" in refused
    assert "Reading the file" in stages


async def test_a_model_that_is_not_there_is_told_to_be_missing(models: OllamaAndEmbedded) -> None:
    with pytest.raises(LocalModelError) as raised:
        await models.delete("hitl-desktop-test:not-there")
    assert raised.value.problem is ModelProblem.MISSING


async def test_the_smallest_model_answers(models: OllamaAndEmbedded) -> None:
    chatting = [info for info in (await models.look()).models if info.can_chat]
    if not chatting:
        pytest.skip("it has no model that writes text")
    smallest = min(chatting, key=lambda info: info.size)
    pieces = []
    async with aclosing(models.try_out(smallest.name, "Say hello.")) as answer:
        async for piece in answer:
            pieces.append(piece)
    assert pieces[-1].figures is not None
    assert pieces[-1].figures.tokens_a_second
    await models.unload(smallest.name)
