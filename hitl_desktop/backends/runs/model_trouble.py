"""Whether a run failed because of its model, and in which way, so that the window can offer what helps."""

from __future__ import annotations

import httpx
from ollama import ResponseError

from hitl_desktop.core.model_problems import ModelProblem, ModelTrouble, model_in, problem_in
from hitl_desktop.network_guard import refusal_behind


def model_trouble(error: BaseException, *, named_in_code: bool = False) -> ModelTrouble | None:
    """What a model server's error means; None for an error that comes from elsewhere.

    `named_in_code` where the graph names its model in its own code.
    """
    if refusal_behind(error):
        return None
    match error:
        case ResponseError():
            text = str(error)
            status = error.status_code if error.status_code > 0 else None
            return ModelTrouble(problem_in(text, status), model_in(text), named_in_code)
        case httpx.TimeoutException():
            return ModelTrouble(ModelProblem.BUSY, "", named_in_code)
        case httpx.TransportError() | ConnectionError():
            return ModelTrouble(ModelProblem.NOT_RUNNING, "", named_in_code)
    return None
