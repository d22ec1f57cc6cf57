"""What the status bar says of the model, and what it advises."""

from __future__ import annotations

import pytest

from hitl_desktop.core.model_service import ModelInfo, ModelService


def info(name: str = "llama3.2:latest", capabilities: tuple[str, ...] = ("completion", "tools")) -> ModelInfo:
    return ModelInfo(name, 2_000_000_000, "llama", "3.2B", "Q4_K_M", 131072, capabilities)


def ollama(model: ModelInfo, preferred: str | None = None, url: str = "http://127.0.0.1:11434") -> ModelService:
    return ModelService("ollama", url, model.name, (model,), "", preferred)


def test_label_names_model_and_place() -> None:
    assert ollama(info()).label == "llama3.2:latest · Ollama at 127.0.0.1:11434"
    assert ollama(info("a:1"), url="https://gpu.lan:443/llm").label == "a:1 · Ollama at gpu.lan:443"


def test_label_of_the_embedded_server_says_what_it_is_for() -> None:
    service = ModelService("embedded", "http://127.0.0.1:5", "smollm2:135m", (), "")
    assert service.label == "smollm2:135m · embedded, for trying out"
    assert "ollama pull" in service.advice


def test_embedded_model_that_was_chosen_or_is_large_needs_no_advice() -> None:
    small = ModelInfo("smollm2:135m", 98_362_432, "llama", "134.52M", "Q4_1", 8192, ("completion", "tools"))
    large = ModelInfo("own", 1_117_320_768, "qwen2", "1.5B", "Q4_K_M", 32768, ("completion", "tools"))
    url = "http://127.0.0.1:5"
    assert ModelService("embedded", url, small.name, (small,), "", "llama3.2").advice
    assert ModelService("embedded", url, small.name, (small,), "", small.name).advice == ""
    assert ModelService("embedded", url, large.name, (large,), "").advice == ""


def test_without_a_model_the_advice_says_how_to_get_one() -> None:
    service = ModelService("none", None, None, (), "No Ollama answers at http://127.0.0.1:11434.", "qwen3:4b")
    assert service.label == "No model"
    assert "ollama pull qwen3:4b" in service.advice


@pytest.mark.parametrize("preferred", [None, "llama3.2", "llama3.2:latest"])
def test_no_advice_when_all_is_well(preferred: str | None) -> None:
    assert ollama(info(), preferred).advice == ""


def test_model_that_is_wanted_and_missing_is_advised() -> None:
    assert "ollama pull mistral" in ollama(info(), "mistral").advice


def test_model_without_tools_is_pointed_out() -> None:
    assert "gemma can't call tools" in ollama(info("gemma", ("completion",))).advice
    assert ollama(info("older", ())).advice == ""  # an older server does not say


def test_name_without_tag_is_the_latest() -> None:
    assert info("llama3.2:latest").is_called("llama3.2")
    assert info("smollm2").is_called("smollm2:latest")
    assert not info("llama3.2:3b").is_called("llama3.2")
