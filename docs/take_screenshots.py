"""Takes the README's screenshots from a real run: ``uv run python docs/take_screenshots.py``.

The program starts as for the first time, with the embedded model; nothing in the pictures is made up.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from shooting import IMAGES, shoot

THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


async def take() -> None:
    """Run the examples, decide on one of them, and take each picture in both themes."""
    from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget

    from hitl_desktop.app import Options, Program
    from hitl_desktop.locations import bundled_graphs, default_database, ensure
    from hitl_desktop.ui.theme import apply_theme

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    database = default_database()
    ensure(database.parent)
    program = Program(Options(database, bundled_graphs(), examples=True))
    window = program.window
    window.resize(1320, 800)
    running = asyncio.create_task(program.run())

    async def until_open(graph: str) -> None:
        for _ in range(1200):
            threads = [window.inbox.model.summary_at(row) for row in range(window.inbox.model.rowCount())]
            found = [each for each in threads if each.graph == graph and each.state.waits]
            if found and window.inbox.selected() != found[0].thread_id:
                window.inbox.select(found[0].thread_id)
            review = window.review.review
            if found and review is not None and review.thread_id == found[0].thread_id and review.requests:
                await asyncio.sleep(0.5)
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{graph} does not wait")

    async def until_shown(name: str) -> None:
        for _ in range(600):
            if any(widget.isVisible() for widget in window.findChildren(QWidget, name)):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{name} did not appear")

    async def until_said(name: str, words: str) -> None:
        for _ in range(600):
            if any(words in label.text() for label in window.findChildren(QLabel, name)):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(f"{name} does not say “{words}”")

    async def save(name: str, widget: QWidget) -> None:
        for theme in THEMES:
            apply_theme(application, theme)
            await asyncio.sleep(0.5)  # the run log draws itself anew when there is nothing else to do
            widget.grab().save(str(IMAGES / f"{name}-{theme}.png"))

    await until_open("action_approval")
    await until_open("tool_gate")
    await until_open("mail_assistant")
    for fold in window.review.findChildren(QToolButton, "preview_fold"):
        fold.setChecked(True)
    await asyncio.sleep(0.5)
    await save("review", window)
    program.controller.actions["new_run"].trigger()
    await asyncio.sleep(0.5)
    dialog = program.controller.dialogs.current
    if dialog is not None:
        await save("new-run", dialog)
    program.controller.dialogs.close()
    program.controller.actions["models"].trigger()
    await until_shown("models_try")
    (button,) = window.findChildren(QAbstractButton, "models_try")
    button.click()
    await until_shown("models_trial_answer")
    await until_said("models_trial_figures", "tokens a second")
    await save("models", window)
    program.models.leave()
    window.close()
    await running


if __name__ == "__main__":
    shoot(take)
