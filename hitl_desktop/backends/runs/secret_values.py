"""Keeps values that look like keys out of checkpoints.

LangGraph copies every text of a config (`configurable`, `metadata`) into the metadata of each checkpoint,
in plain JSON, also what a graph was given by `with_config` (`get_checkpoint_metadata` of langgraph-checkpoint 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig

_SECRETS = re.compile(
    r"(api|access|private|secret|signing|encryption|service|account)_?keys?$"
    r"|(^|_)(token|pass|passwd|password|passphrase|secret|credential|credentials|authorization|cookie|bearer|jwt|dsn|pin)$"
    r"|connection_?string$|^auth$"
)


def is_secret(name: str) -> bool:
    """Whether a value of this name is one to keep: `openai_api_key`, `dbPassword`, `X-Auth-Token`; not `max_tokens`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^0-9A-Za-z]+", "_", name)
    return _SECRETS.search(words.lower().strip("_")) is not None


def without_secrets(config: RunnableConfig) -> RunnableConfig:
    """The config of a checkpoint that is written, less the texts that look like keys; the run itself keeps them."""
    kept: RunnableConfig = {**config}
    if metadata := config.get("metadata"):
        kept["metadata"] = _less(metadata)
    if configurable := config.get("configurable"):
        kept["configurable"] = _less(configurable)
    return kept


def _less(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not (isinstance(value, str) and is_secret(name))}
