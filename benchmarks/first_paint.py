"""From the start of a process to a painted window: a bare PySide6 window, and ours with a full inbox.

``python -m benchmarks.first_paint bare`` or ``window DATABASE``. The clock starts before Python does.
"""

from __future__ import annotations

import json
import os
import sys


def _since_start() -> float:
    """Milliseconds since this process began, from the kernel's own note of it."""
    with open("/proc/self/stat", encoding="ascii") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    with open("/proc/uptime", encoding="ascii") as file:
        uptime = float(file.read().split()[0])
    return (uptime - ticks / os.sysconf("SC_CLK_TCK")) * 1000


def _resident_mib() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def bare() -> None:
    """The least that a PySide6 program does."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: object) -> None:
            QTimer.singleShot(0, application.quit)

    application = QApplication([])
    window = Window()
    window.resize(1200, 800)
    window.show()
    application.exec()
    print(json.dumps({"ms": _since_start()}))


def window(database: str) -> None:
    """Our window until its inbox is painted, then until graphs and model are ready."""
    import asyncio
    from pathlib import Path

    from hitl_desktop.network_guard import guard
    from hitl_desktop.qt_import import import_qt

    guard.install()
    import_qt()

    from PySide6.QtWidgets import QApplication

    from hitl_desktop.app import Options, Program
    from hitl_desktop.locations import bundled_graphs
    from hitl_desktop.loop import run

    sys.setswitchinterval(0.001)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)

    async def watch() -> dict[str, float]:
        program = Program(Options(Path(database), bundled_graphs()))
        running = asyncio.create_task(program.run())
        listed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        program.controller.inbox.listed.connect(lambda threads: listed.done() or listed.set_result(len(threads)))
        figures: dict[str, float] = {"threads": await listed}
        program.window.repaint()
        figures["ms"] = _since_start()
        await program.ready.wait()
        figures["ready_ms"] = _since_start()
        await asyncio.sleep(1)
        figures["mib"] = _resident_mib()
        program.window.close()
        await running
        return figures

    print(json.dumps(run(watch())))


if __name__ == "__main__":
    bare() if sys.argv[1] == "bare" else window(sys.argv[2])
