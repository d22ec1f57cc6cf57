"""What is read from a GGUF file, and what is said about a file that is none."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hitl_desktop.models.embedded.gguf import GgufError, GgufFile, read_gguf
from tests.models.gguf_files import gguf

METADATA = {
    "general.architecture": "llama",
    "general.file_type": 15,
    "general.license": "apache-2.0",
    "llama.context_length": 8192,
    "llama.rope.freq_base": 10000.0,
    "tokenizer.ggml.tokens": ["a", "bb", ""],
    "tokenizer.ggml.add_bos_token": False,
}
TENSORS = {"token_embd.weight": (1000, 16), "output_norm.weight": (16,)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.gguf"


def test_metadata_and_counts_are_read(path: Path) -> None:
    path.write_bytes(gguf(METADATA, TENSORS))
    model = read_gguf(path)
    assert model.architecture == "llama"
    assert model.quantization == "Q4_K_M"
    assert model.context_length == 8192
    assert model.parameters == 16_016
    assert model.size == path.stat().st_size
    assert model.metadata["general.license"] == "apache-2.0"
    assert model.metadata["tokenizer.ggml.add_bos_token"] is False
    assert "tokenizer.ggml.tokens" not in model.metadata


@pytest.mark.parametrize(
    ("parameters", "shown"), [(1_543_714_304, "1.5B"), (134_515_008, "134.52M"), (16_016, "16016"), (0, "0")]
)
def test_parameter_size_is_written_as_ollama_writes_it(path: Path, parameters: int, shown: str) -> None:
    assert GgufFile(path, 1, datetime.now(UTC), parameters, {}).parameter_size == shown


def test_values_that_a_file_does_not_have_are_unknown(path: Path) -> None:
    path.write_bytes(gguf({}, {}))
    model = read_gguf(path)
    assert (model.architecture, model.quantization, model.context_length) == ("", "", None)


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04" * 100])
def test_another_kind_of_file_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(GgufError, match=r"model\.gguf is not a GGUF file"):
        read_gguf(path)


def test_missing_file_and_folder_are_named(path: Path) -> None:
    with pytest.raises(GgufError, match=r"There is no file .*model\.gguf"):
        read_gguf(path)
    with pytest.raises(GgufError, match="is a folder"):
        read_gguf(path.parent)


def test_every_cut_is_noticed(path: Path) -> None:
    whole = gguf(METADATA, TENSORS)
    for length in (*range(4, 500, 7), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(GgufError, match="cut off"):
            read_gguf(path)
    path.write_bytes(whole)
    read_gguf(path)


@pytest.mark.parametrize("version", [1, 99, 0x03000000])
def test_unknown_version_is_named(path: Path, version: int) -> None:
    path.write_bytes(gguf(METADATA, TENSORS, version))
    with pytest.raises(GgufError, match=f"damaged: version {version} of the format is not known"):
        read_gguf(path)


def test_a_list_that_claims_to_be_endless_is_refused(path: Path) -> None:
    whole = gguf({"tokens": ["a"]}, {})
    path.write_bytes(whole.replace(struct.pack("<IQ", 8, 1), struct.pack("<IQ", 8, 2**63)))
    with pytest.raises(GgufError, match="cut off"):
        read_gguf(path)
