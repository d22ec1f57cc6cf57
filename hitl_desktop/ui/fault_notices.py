"""Notices of lasting faults: each is told once, and taken away when what it tells of works again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.ui.notices import Notices

_NOTICES_FOR_GRAPHS = 2


class FaultNotices:
    """What is wrong with the database, the review file and the graphs, as notices of one window."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._database = ""
        self._records: tuple[str, ...] = ()
        self._not_begun = ""
        self._model = ""

    def show_model(self, service: ModelService, open_models: Callable[[], None]) -> None:
        """Say that no model answers, or another one than was chosen; or nothing more of it."""
        self._notices.remove(self._model)
        self._model = ""
        if service.kind == "none":
            self._model = f"No model answers. {service.note} {service.advice}".strip()
            self._notices.add(self._model, action=("Open Models", open_models))
        elif service.instead_of:  # a thread that is under way would go on with another model
            self._model = (
                f"{service.instead_of} does not answer any more. {service.label} answers from now on, also in threads "
                "that are under way."
            )
            self._notices.add(self._model, action=("Choose a model", open_models))
        elif service.kind == "ollama" and service.note:  # another model than the one that was chosen
            self._model = service.note
            self._notices.add(self._model, kind="notice", action=("Choose a model", open_models))

    def show_database(self, why: str) -> None:
        """Say why the database cannot be read; with an empty text, that it can again."""
        self._notices.remove(self._database)
        self._database = why
        if why:
            self._notices.add(why)

    def show_records(self, problems: tuple[str, ...]) -> None:
        """Say what is wrong with the review file now, and nothing more of what works again."""
        before, self._records = self._records, problems
        for text in before:
            if text not in problems:
                self._notices.remove(text)
        for text in problems:
            if text not in before:
                self._notices.add(text)

    def show_graphs(self, failed: Sequence[GraphInfo]) -> None:
        """A notice for a graph or two that were not loaded; one for all where they would crowd the rest out."""
        told = [f"The graph “{graph.name}” could not be loaded: {graph.error}" for graph in failed]
        if len(failed) <= _NOTICES_FOR_GRAPHS:
            for graph, text in zip(failed, told, strict=True):
                self._notices.add(text, graph.details)
        else:
            names = ", ".join(f"“{graph.name}”" for graph in failed)
            self._notices.add(
                f"{len(failed)} graphs could not be loaded: {names}. The others can be used; “New run” says why.",
                "\n\n".join(
                    "\n".join(filter(None, (text, graph.details))) for graph, text in zip(failed, told, strict=True)
                ),
            )

    def show_not_begun(self, words: str, details: str, open_form: Callable[[], None]) -> None:
        """A new run could not begin; what was entered for it can be opened again."""
        self._notices.remove(words)  # that of an earlier one would open the form with its input
        self._notices.add(words, details, action=("Open its form again", open_form))
        self._not_begun = words

    def begun(self) -> None:
        """A new run begins, so that the last one that could not is past."""
        self._notices.remove(self._not_begun)
