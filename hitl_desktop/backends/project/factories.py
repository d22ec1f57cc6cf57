"""Factories: functions of a project that make a graph, once per run."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
import typing
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph_sdk import runtime as server

from hitl_desktop.backends.project.modules import NoGraphError
from hitl_desktop.backends.project.parts import Graph

Purpose: TypeAlias = Literal["threads.create_run", "assistants.read"]
T = TypeVar("T")


def as_graph(value: Any, what: str) -> Graph:
    """The compiled graph of a value; raises `NoGraphError`, in which `what` names the value."""
    if isinstance(value, StateGraph):
        value = value.compile()
    if isinstance(value, Pregel):
        return value
    hint = ""
    if inspect.isasyncgen(value) or inspect.isgenerator(value):
        hint = " A factory that yields needs @contextmanager or @asynccontextmanager."
    raise NoGraphError(f"{what} is {_article(type(value).__name__)}, not a graph.{hint}")


@dataclass(frozen=True, slots=True)
class Factory:
    """A function that makes a graph, and the names under which it takes the config and the server's runtime.

    The runtime is the parameter annotated `ServerRuntime`, or else called `runtime`; the config is the one
    annotated `RunnableConfig`, or else called `config`, or else the one that is left. The function may be
    async, or give a context manager of either kind, that is left when the run has ended.
    """

    function: Callable[..., Any]
    name: str
    config: inspect.Parameter | None = None
    runtime: inspect.Parameter | None = None

    @classmethod
    def of(cls, function: Callable[..., Any], name: str) -> Factory:
        """The factory of a function; raises `NoGraphError` where it takes what nobody can give."""
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            raise NoGraphError(f"{name} is {_article(type(function).__name__)}, not a graph.") from None
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        left = [parameter for parameter in signature.parameters.values() if parameter.kind not in variadic]
        hints = _hints(function)
        runtime = _take(left, lambda one: _is_runtime(hints.get(one.name)))
        config = _take(left, lambda one: _is_config(hints.get(one.name)))
        runtime = runtime or _take(left, lambda one: one.name == "runtime")
        config = config or _take(left, lambda one: one.name == "config")
        needed = [one for one in left if one.default is inspect.Parameter.empty]
        if config is None and (len(left) == 1 or needed):
            config = (needed or left)[0]
            left.remove(config)
            needed = [one for one in needed if one is not config]
        if needed:
            names = ", ".join(one.name for one in needed)
            raise NoGraphError(
                f"{name} takes {names}, which nobody can give: a factory takes a config, a ServerRuntime, or nothing."
            )
        return cls(function, name, config, runtime)

    async def make(self, stack: AsyncExitStack, config: RunnableConfig, purpose: Purpose, context: Any = None) -> Graph:
        """A graph, and what must be closed after it on the `stack`. Raises `NoGraphError`, or what the function does.

        A plain function runs in a thread, so that one that takes its time does not hold the loop; what is left of
        it when nobody waits any more runs on there, as a thread can't be stopped. Context managers are entered on
        the loop, as what they open may belong to its thread.
        """
        call = self._call(config, purpose, context)
        made = call() if _runs_nothing_yet(self.function) else await _in_thread(call)
        if inspect.isawaitable(made):
            made = await made
        if isinstance(made, AbstractAsyncContextManager):
            made = await stack.enter_async_context(made)
        elif isinstance(made, AbstractContextManager):
            made = stack.enter_context(made)
        return as_graph(made, f"What {self.name}() gave")

    def _call(self, config: RunnableConfig, purpose: Purpose, context: Any) -> Callable[[], Any]:
        values: list[tuple[inspect.Parameter | None, Any]] = [
            (self.config, {**config, "configurable": {**config.get("configurable", {})}}),
            (self.runtime, _runtime(purpose, context)),
        ]
        given = [(parameter, value) for parameter, value in values if parameter is not None]
        positional = {one.name: value for one, value in given if one.kind is inspect.Parameter.POSITIONAL_ONLY}
        named = {one.name: value for one, value in given if one.name not in positional}
        order = [name for name in inspect.signature(self.function).parameters if name in positional]
        return lambda: self.function(*(positional[name] for name in order), **named)


def _take(left: list[inspect.Parameter], fits: Callable[[inspect.Parameter], bool]) -> inspect.Parameter | None:
    """The first parameter that fits, taken out of those that are left."""
    found = next((one for one in left if fits(one)), None)
    if found is not None:
        left.remove(found)
    return found


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The types of the parameters, also where they are texts and imported for type checkers only."""
    names = {"ServerRuntime": server.ServerRuntime, "RunnableConfig": RunnableConfig}
    try:
        return typing.get_type_hints(
            function if inspect.isroutine(function) else type(function).__call__, localns=names
        )
    except Exception:  # a type that is not there: the names decide
        return {}


def _is_runtime(hint: Any) -> bool:
    """`ServerRuntime` is an alias: `ServerRuntime[Context]` has it as its origin, and two classes stand behind it."""
    hint = typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
    origin = typing.get_origin(hint) or hint
    return origin in (server.ServerRuntime, server._ExecutionRuntime, server._ReadRuntime)


def _is_config(hint: Any) -> bool:
    return RunnableConfig in (hint, *typing.get_args(hint))  # also `RunnableConfig | None`


def _runtime(purpose: Purpose, context: Any) -> Any:
    # There is no server here: no user, and no store but the graph's own.
    nothing: Any = None
    if purpose == "threads.create_run":
        return server._ExecutionRuntime(access_context=purpose, user=None, store=nothing, context=context)
    return server._ReadRuntime(access_context=purpose, user=None, store=nothing)


def _runs_nothing_yet(function: Callable[..., Any]) -> bool:
    inner = inspect.unwrap(function)
    return any(
        kind(inner) for kind in (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    )


async def _in_thread(call: Callable[[], T]) -> T:
    """The result of a call in a thread that the program's exit does not wait for.

    A function that wants the running loop, as some database clients do, says so and is called on it instead.
    """
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # so that one who stopped waiting can't take the result's place away
    context = contextvars.copy_context()

    def work() -> None:
        try:
            outcome.set_result(context.run(call))
        except StopIteration as error:  # before Python 3.12 no future takes it, and its reader would wait for ever
            outcome.set_exception(RuntimeError("StopIteration").with_traceback(error.__traceback__))
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=work, name="graph factory", daemon=True).start()
    try:
        return await asyncio.wrap_future(outcome)
    except RuntimeError as error:
        if "event loop" not in str(error):
            raise
        return call()


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
