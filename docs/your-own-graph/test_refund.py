"""Tests of the refunds in the program's own window: `pytest test_refund.py`."""

from pathlib import Path

import pytest

from hitl_desktop.testing import Call, HitlWindow, HitlWindows, ScriptedOllama


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book of the test's own."""
    monkeypatch.setenv("REFUND_BOOK", str(tmp_path / "refunds.csv"))
    return tmp_path / "refunds.csv"


@pytest.fixture
def window(hitl_window: HitlWindows, book: Path) -> HitlWindow:
    """The program's window on the project in this folder."""
    return hitl_window(Path(__file__).parent)


def test_money_goes_back_if_a_person_says_so(window: HitlWindow, book: Path) -> None:
    window.start("refund", input={"order": "A-1042", "amount": 35.0})
    assert window.wait_for_request().payload == {"order": "A-1042", "amount": 35.0}
    window.click("field:approved")
    window.decide("submit")
    assert window.wait_until_done()["outcome"] == "35.00 given back for A-1042"
    assert book.read_text() == "A-1042,35.00\n"


def test_no_money_goes_back_otherwise(window: HitlWindow, book: Path) -> None:
    window.start("refund")  # with what the form offers
    window.type_into("field:reason", "The parcel came.")
    window.decide("submit")
    assert window.wait_until_done()["reason"] == "The parcel came."
    assert not book.exists()


def test_a_wrong_amount_is_corrected(window: HitlWindow, hitl_model: ScriptedOllama) -> None:
    hitl_model.enqueue(Call("refund", {"order": "A-1042", "amount": 350.0}), "The money is on its way.")
    window.start("batch", "A-1042 never came.")
    window.type_into("field:amount", "35")
    window.decide("edit")
    window.wait_until_done()
    paid = next(message.text for message in window.messages if message.role == "tool")
    assert paid.endswith("35.00 euros given back for A-1042.")
