"""What a task did last, from the order of its rows alone.

Control rows of `writes` have fixed numbers in `idx` (`langgraph.checkpoint.base.WRITES_IDX_MAP`), and output rows
count from 0. A control row is replaced when it is written again, so a newer one has a higher rowid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ASKED: Final = -3
ANSWERED: Final = -4
FAILED: Final = -1
NULL_TASK: Final = "00000000-0000-0000-0000-000000000000"
"""The task id of what belongs to no task: an update of the state, or an answer without an interrupt's id."""


@dataclass(slots=True)
class TaskTimes:
    """When a task of the newest checkpoint last asked, was answered, failed and gave output: rowids, 0 for never."""

    asked: int = 0
    answered: int = 0
    failed: int = 0
    output: int = 0

    def note(self, idx: int, row: int) -> None:
        """Take in one row of `writes`."""
        if idx == ASKED:
            self.asked = row
        elif idx == ANSWERED:
            self.answered = row
        elif idx == FAILED:
            self.failed = row
        elif idx >= 0:
            self.output = max(self.output, row)

    @property
    def asks(self) -> bool:
        """Whether it asked and gave no output since; it may have been answered and have failed."""
        return bool(self.asked) and not self.output

    @property
    def failed_last(self) -> bool:
        """Whether its failure is the last thing it did.

        Output after a failure is that of a second try, or the mark that an error handler took over. Output
        *before* it is that of a node whose outgoing edge failed, and such a node is not run again.
        """
        return self.failed > max(self.asked, self.output)

    @property
    def failed_after_answer(self) -> bool:
        """Whether it failed with an answer that it was given, as far as the order of rows tells."""
        return self.asks and bool(self.answered) and self.failed_last
