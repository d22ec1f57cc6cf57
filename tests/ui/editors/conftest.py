"""A form on screen, for the tests of forms and fields."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.schema_form import SchemaForm


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    made = SchemaForm()
    qtbot.addWidget(made)
    made.resize(500, 700)
    made.show()
    return made
