"""Which key a database has, where it comes from, and what is said where it does not come."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.keys import VARIABLE, EncryptionError, name_of_key, new_key
from hitl_desktop.encryption.marker import marker_of
from hitl_desktop.encryption.protection import Protection, Row, switch_on, take_key
from tests.support.keyrings import NONE, keys, use_keyring

__all__ = ["keys"]

TEXT = "0123456789abcdef0123456789abcdef"
GIVEN = {VARIABLE: TEXT}


def row_of(key: bytes) -> Row:
    return "msgpack+aes", Cipher(key).encrypt(b"\x01")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "threads.db"


def made(database: Path) -> bytes:
    """The key of a database that was just switched on."""
    switch_on(database, (), is_empty=True, environment={})
    protection = Protection(database, {})
    protection.look()
    assert protection.cipher is not None
    return protection.cipher.key


def test_a_new_key_is_in_the_keyring_and_nowhere_else(keys: Path, database: Path) -> None:
    words = switch_on(database, (), is_empty=True, environment={})
    kept = json.loads(keys.read_text())
    ((place, text),) = kept.items()
    key = bytes.fromhex(text)
    assert len(key) == 32
    assert place == f"hitl-desktop/{name_of_key(key)}"
    assert json.loads(marker_of(database).read_text()) == {"cipher": "aes", "key": name_of_key(key)}
    assert stat.S_IMODE(marker_of(database).stat().st_mode) == 0o600
    assert text not in words
    assert "key show" in words
    assert switch_on(database, (), is_empty=True, environment={}) == ""
    assert json.loads(keys.read_text()) == kept


def test_the_key_is_found_again_after_the_database_was_moved_with_its_marker(keys: Path, database: Path) -> None:
    key = made(database)
    moved = database.with_name("other.db")
    marker_of(database).rename(marker_of(moved))
    protection = Protection(moved, {})
    protection.look([row_of(key)])
    assert protection.cipher is not None
    assert protection.cipher.key == key
    assert (protection.problem, protection.words) == ("", "encrypted")
    assert key.hex() not in repr(protection.cipher)


def test_without_a_marker_and_encrypted_rows_a_database_is_plain(keys: Path, database: Path) -> None:
    for environment in ({}, GIVEN):  # a key alone encrypts nothing that is plain
        protection = Protection(database, environment)
        protection.look()
        assert (protection.cipher, protection.problem, protection.words) == (None, "", "")
        assert protection.writing() is None


def test_a_database_that_another_program_encrypted_is_opened_with_langgraphs_variable(database: Path) -> None:
    protection = Protection(database, GIVEN)
    protection.look([("msgpack+aes", b"damaged"), row_of(TEXT.encode())])
    assert protection.cipher is not None
    assert protection.cipher.key == TEXT.encode()


def test_what_was_found_to_be_encrypted_is_never_taken_for_plain_again(keys: Path, database: Path) -> None:
    made(database)
    protection = Protection(database, {})
    protection.look()
    marker_of(database).unlink()
    protection.look()
    assert protection.writing() is not None


def test_the_keyring_is_asked_once(keys: Path, database: Path) -> None:
    key = made(database)
    protection = Protection(database, {})
    protection.look([row_of(key)])
    use_keyring(NONE)
    protection.look([row_of(key)])
    assert protection.writing() is not None


def test_a_database_that_is_switched_on_meanwhile_is_noticed(keys: Path, database: Path) -> None:
    protection = Protection(database, {})
    protection.look()
    assert not protection.is_encrypted
    made(database)
    protection.look()
    assert protection.writing() is not None


def lose_the_key(database: Path, keys: Path) -> None:
    keys.unlink()


def lose_the_marker(database: Path, keys: Path) -> None:
    marker_of(database).unlink()


def exchange_the_key(database: Path, keys: Path) -> None:
    kept = json.loads(keys.read_text())
    keys.write_text(json.dumps({name: new_key().hex() for name in kept}))


def spoil_the_key(database: Path, keys: Path) -> None:
    kept = json.loads(keys.read_text())
    keys.write_text(json.dumps({name: "no key" for name in kept}))


def spoil_the_marker(database: Path, keys: Path) -> None:
    marker_of(database).write_text("{")


def lock_the_keyring(database: Path, keys: Path) -> None:
    use_keyring("tests.support.file_keyring.LockedKeyring")


def take_the_keyring_away(database: Path, keys: Path) -> None:
    use_keyring(NONE)


def take_the_marker_of_another(database: Path, keys: Path) -> None:
    marker_of(database).unlink()
    made(database)


@pytest.mark.parametrize(
    ("lose", "environment", "said"),
    [
        (lose_the_key, {}, ("has no key", "key import")),
        (lose_the_marker, {}, ("There is no threads.encrypted.json", "put it back", VARIABLE)),
        (lose_the_marker, GIVEN, (f"The key in {VARIABLE} is another one",)),
        (lose_the_marker, {VARIABLE: "short"}, ("16, 24 or 32 bytes, not 5",)),
        (exchange_the_key, {}, ("is not that key", "key import")),
        (spoil_the_key, {}, ("is not that key",)),
        (spoil_the_marker, {}, ("cannot be read", "key import")),
        (lock_the_keyring, {}, ("did not give the key (PermissionError)", "Unlock it")),
        (take_the_keyring_away, {}, ("can be used (keyring.backends.fail.Keyring)", "open the database again")),
        (take_the_marker_of_another, {}, ("opens none of the rows that were tried",)),
    ],
)
def test_without_its_key_nothing_is_written_and_it_is_said_what_to_do(
    lose: Callable[[Path, Path], None],
    environment: dict[str, str],
    said: tuple[str, ...],
    keys: Path,
    database: Path,
) -> None:
    key = made(database)
    lose(database, keys)
    protection = Protection(database, environment)
    protection.look([row_of(key)])
    assert protection.cipher is None
    assert protection.is_encrypted
    assert protection.words == "encrypted, key missing"
    for words in (str(database), "nothing can be run or changed", *said):
        assert words in protection.problem
    assert key.hex() not in protection.problem
    assert "short" not in protection.problem
    with pytest.raises(EncryptionError):
        protection.writing()


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        (NONE, "no keyring that can be used (keyring.backends.fail.Keyring)"),
        ("keyring.backends.null.Keyring", "no keyring that can be used (keyring.backends.null.Keyring)"),
        (
            "tests.support.file_keyring.WeakKeyring",
            "can be used (tests.support.file_keyring.WeakKeyring)",
        ),
        ("tests.support.file_keyring.ForgetfulKeyring", "did not keep the key"),
        ("tests.support.file_keyring.LockedKeyring", "did not take the key (PermissionError)"),
    ],
)
def test_a_key_that_cannot_be_kept_makes_no_database(ring: str, said: str, keys: Path, database: Path) -> None:
    use_keyring(ring)
    with pytest.raises(EncryptionError) as error:
        switch_on(database, (), is_empty=True, environment={})
    assert said in str(error.value)
    assert list(database.parent.iterdir()) == []


def test_langgraphs_variable_does_without_a_keyring(keys: Path, database: Path) -> None:
    use_keyring(NONE)
    assert VARIABLE in switch_on(database, (), is_empty=True, environment=GIVEN)
    protection = Protection(database, GIVEN)
    protection.look()
    assert protection.writing() is not None
    other = Protection(database, {})
    other.look()
    assert other.problem


def test_plain_rows_are_not_left_among_encrypted_ones(keys: Path, database: Path) -> None:
    with pytest.raises(EncryptionError, match="threads that are not encrypted"):
        switch_on(database, (), is_empty=False, environment={})
    assert not marker_of(database).exists()
    assert not keys.exists()


def test_a_key_is_brought_back_from_its_copy(keys: Path, database: Path) -> None:
    key = made(database)
    kept = keys.read_text()
    keys.unlink()
    with pytest.raises(EncryptionError, match="not the key"):
        take_key(database, [row_of(key)], [new_key()])
    assert not keys.exists()
    take_key(database, (), [new_key(), key])
    assert keys.read_text() == kept
    marker_of(database).unlink()
    with pytest.raises(EncryptionError, match="is not encrypted"):
        take_key(database, (), [key])
    take_key(database, [row_of(key)], [key])
    assert json.loads(marker_of(database).read_text())["key"] == name_of_key(key)


def test_without_the_extra_it_is_said_how_to_install_it(database: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('Crypto', 'Crypto.Cipher', 'keyring'): sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from hitl_desktop.encryption.protection import *\n"
        "protection = Protection(Path(sys.argv[1]), {'LANGGRAPH_AES_KEY': 'x' * 32})\n"
        "protection.look()\n"
        "assert not protection.is_encrypted\n"
        "protection.look([('msgpack+aes', b'')])\n"
        "print(protection.problem)\n"
        "try: switch_on(Path(sys.argv[1]), (), is_empty=True, environment={})\n"
        "except Exception as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code, str(database)], capture_output=True, text=True, check=True)
    first, second = told.stdout.splitlines()
    assert "pip install 'hitl-desktop[encryption]'" in first
    assert "pip install 'hitl-desktop[encryption]'" in second
    assert list(database.parent.iterdir()) == []
