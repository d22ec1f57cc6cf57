"""The chat model of every example graph: a local Ollama server, chosen by the context of the run."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
from langchain_ollama import ChatOllama
from pydantic import Field

# Reading the system's certificates takes about 40 ms, and a ChatOllama without this does it twice. Nodes make their
# model on the event loop, so it is done once, while the module is imported.
_CERTIFICATES = ssl.create_default_context()


def default_model() -> str:
    """The model of a run that names none."""
    return os.environ.get("OLLAMA_MODEL", "qwen2.5:3b")


ModelName = Annotated[str, Field(description="Name of the model, as `ollama list` prints it")]


@dataclass(frozen=True, kw_only=True)
class Context:
    """The model of a run and how it answers, given as `context={"model": ...}`; every field has a default."""

    model: ModelName = field(default_factory=default_model)
    base_url: Annotated[str | None, Field(description="Where Ollama answers; by default OLLAMA_HOST")] = None
    temperature: Annotated[float, Field(ge=0, le=2, description="0 for the same answer every time")] = 0.0
    num_ctx: Annotated[int | None, Field(ge=1, description="Tokens that the model sees; by default Ollama's")] = None
    keep_alive: Annotated[
        str | None, Field(description="How long it stays in memory after, as 5m; by default Ollama's")
    ] = None
    seed: Annotated[int | None, Field(ge=0, description="For the same answer every time at a temperature above 0")] = (
        None
    )
    num_predict: Annotated[int, Field(ge=1, description="Most tokens in one answer")] = 160


def needs(*, tools: bool = False, parameters: int = 0) -> Any:
    """What the model of a graph must have, as a note in the schema of the graph's context: see `ToolContext`.

    `tools` says that the graph binds tools, `parameters` is the least number of weights with which it is of use.
    Whoever lets people choose a model can warn of one that has less.
    """
    needed = {"tools": tools, "parameters": parameters}
    return Field(json_schema_extra={"x-model-needs": {name: value for name, value in needed.items() if value}})


@dataclass(frozen=True, kw_only=True)
class ToolContext(Context):
    """The context of graphs that bind tools, which Ollama refuses for models without."""

    model: Annotated[ModelName, needs(tools=True)] = field(default_factory=default_model)


def chat_model(context: Context | None) -> ChatOllama:
    """Make the model for one call of a node; a run that gives no context gets the defaults.

    Nothing is sent before the model is called, so a server that is down or a model that is missing shows there:
    `httpx.ConnectError`, `ollama.ResponseError`.
    """
    context = context or Context()
    return ChatOllama(
        model=context.model,
        base_url=context.base_url,
        temperature=context.temperature,
        num_ctx=context.num_ctx,
        keep_alive=context.keep_alive,
        seed=context.seed,
        num_predict=context.num_predict,
        # A thinking model would spend the few tokens that it has before it says anything.
        reasoning=False,
        client_kwargs={
            # Without these the client waits for ever and sends local traffic through the proxy of the environment.
            "timeout": httpx.Timeout(10.0, read=300.0),
            "trust_env": False,
            "verify": _CERTIFICATES,
            # The model lives as long as one node, and so must its connection: nobody closes it later.
            "limits": httpx.Limits(max_keepalive_connections=0),
        },
    )


async def fill_form(
    context: Context | None, instruction: str, examples: Mapping[str, object], told: str, fields: dict[str, Any]
) -> dict[str, Any]:
    """What the model fills into a form with these fields, given as JSON schemas, when it is told this.

    The examples, texts with the form that each becomes, stand before it: the smallest models follow an example where
    they don't follow an instruction.
    """
    prompt: list[tuple[str, str]] = [("system", instruction)]
    for text, form in examples.items():
        prompt += [("human", text), ("ai", json.dumps(form))]
    schema = {"title": "form", "type": "object", "properties": fields, "required": list(fields)}
    model = chat_model(context).with_structured_output(schema, method="json_schema")
    return dict(await model.ainvoke([*prompt, ("human", told)]))
