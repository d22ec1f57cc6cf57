"""What is encrypted here is LangGraph's to read and the other way round, and what was changed is refused."""

from __future__ import annotations

import pytest
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from hitl_desktop.backends.checkpoints.inert import UndecodableError, decode
from hitl_desktop.encryption.cipher import CannotDecryptError, Cipher, is_sealed
from hitl_desktop.encryption.keys import keys_in, new_key, text_of_key

KEY = new_key()
CIPHER = Cipher(KEY)
TEXTS = ["", "yes", "\ud800 ü", "x" * 100_000, '{"a": 1}']


@pytest.mark.parametrize("size", [16, 24, 32])
def test_it_is_langgraphs_own_encryption(size: int) -> None:
    serializer = EncryptedSerializer.from_pycryptodome_aes(key=KEY[:size])
    cipher = Cipher(KEY[:size])
    kind, data = serializer.dumps_typed({"secret": 1})
    assert kind == "msgpack+aes"
    assert decode(kind, data, cipher) == {"secret": 1}
    assert serializer.loads_typed(("msgpack+aes", cipher.encrypt(b"\x07"))) == 7


@pytest.mark.parametrize("text", TEXTS)
def test_a_sealed_text_is_opened_at_its_place_alone(text: str) -> None:
    sealed = CIPHER.seal(text, "here")
    assert is_sealed(sealed)
    assert CIPHER.unseal(sealed, "here") == text
    assert CIPHER.seal(text, "here") != sealed
    for cipher, place in ((CIPHER, "there"), (Cipher(new_key()), "here")):
        with pytest.raises(CannotDecryptError):
            cipher.unseal(sealed, place)


@pytest.mark.parametrize("at", [0, 16, 32, -1])
def test_what_was_changed_is_refused(at: int) -> None:
    data = bytearray(CIPHER.encrypt(b"content"))
    data[at] ^= 1
    with pytest.raises(CannotDecryptError):
        CIPHER.decrypt(bytes(data))


@pytest.mark.parametrize("length", [0, 15, 31, 33])
def test_what_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(CannotDecryptError):
        CIPHER.decrypt(CIPHER.encrypt(b"content")[:length])


@pytest.mark.parametrize("sealed", ["sealed:aes:", "sealed:aes:ä", "sealed:aes:AAAA", "sealed:aes:%"])
def test_what_is_no_sealed_text_is_refused(sealed: str) -> None:
    with pytest.raises(CannotDecryptError):
        CIPHER.unseal(sealed, "")


def test_a_sealed_text_is_no_row_and_a_row_no_sealed_text() -> None:
    import base64

    row = "sealed:aes:" + base64.b64encode(CIPHER.encrypt(b"text")).decode()
    with pytest.raises(CannotDecryptError):
        CIPHER.unseal(row, "")
    sealed = base64.b64decode(CIPHER.seal("text", "").removeprefix("sealed:aes:"))
    with pytest.raises(UndecodableError):
        decode("msgpack+aes", sealed, CIPHER)


def test_a_pseudonym_is_the_same_for_the_same_key_alone() -> None:
    assert CIPHER.pseudonym("text") == Cipher(KEY).pseudonym("text")
    assert CIPHER.pseudonym("text") != Cipher(new_key()).pseudonym("text")
    assert CIPHER.pseudonym("text") != CIPHER.pseudonym("texts")


def test_keys_are_read_from_their_text() -> None:
    assert list(keys_in(text_of_key(KEY))) == [KEY]
    assert list(keys_in("x" * 24)) == [b"x" * 24]
    assert list(keys_in("")) == []
    assert list(keys_in("ab" * 16)) == [b"\xab" * 16, b"ab" * 16]
