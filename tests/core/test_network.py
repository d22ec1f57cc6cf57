"""Hosts in every spelling, and which of them are this machine."""

from __future__ import annotations

from datetime import datetime

import pytest

from hitl_desktop.core.network import Refusal, canonical, is_any_address, is_this_machine, read_host, read_hosts

THIS_MACHINE = (
    *("127.0.0.1", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1"),
    *("localhost", "LOCALHOST", "localhost.", "::1", "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f00:1"),
    *("\uff11\uff12\uff17.0.0.1", "local\uff48ost"),  # full-width digits and letter: IDNA makes them plain ones
)
ELSEWHERE = (
    *("192.0.2.1", "126.255.255.255", "128.0.0.1", "10.0.0.1", "3221225985", "0xc0000201", "192.513", "0.0.0.1"),
    *("255.255.255.255", "224.0.0.1", "::ffff:192.0.2.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "2001:db8::1"),
    *("64:ff9b::127.0.0.1", "2002:7f00:1::", "localhost.evil.com", "127.0.0.1.evil.com", "evil.com", "localhos"),
    # What the system's resolver looks up as a name, though it resembles a number.
    *("127.0.0.1.", "127.0.0.1 evil.com", "127.0.0.1%lo", "127.0.0.1\0evil.com", "localhost\0.evil.com"),
    *("127.0.0.1:80", "[::1]", "foo.localhost", "<broadcast>", " localhost", "1.127.0.0.1", "\ud800", "999.1.1.1"),
)


@pytest.mark.parametrize("host", THIS_MACHINE)
def test_this_machine(host: str) -> None:
    assert is_this_machine(canonical(host))


@pytest.mark.parametrize("host", ELSEWHERE)
def test_elsewhere(host: str) -> None:
    assert not is_this_machine(canonical(host))
    assert not is_any_address(canonical(host))


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::", "::0", "::ffff:0.0.0.0", "0x0"])
def test_any_address(host: str) -> None:
    assert is_any_address(canonical(host))
    assert not is_this_machine(canonical(host))


@pytest.mark.parametrize(
    ("host", "spelling"),
    [
        ("Ollama.LAN.", "ollama.lan"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("10.1", "10.0.0.1"),
        ("FD00:0::1", "fd00::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
    ],
)
def test_one_host_has_one_spelling(host: str, spelling: str) -> None:
    assert canonical(host) == spelling
    assert read_host(f" {host} ") == spelling


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://ollama.lan", "neither the name nor"),
        ("ollama.lan:11434", "neither the name nor"),
        ("ollama.lan/api", "neither the name nor"),
        ("*.example.com", "neither the name nor"),
        ("10.0.0.0/8", "neither the name nor"),
        ("a b", "neither the name nor"),
        ("-a.example", "neither the name nor"),
        ("", "neither the name nor"),
        ("a" * 64, "neither the name nor"),
        (".".join(["a" * 60] * 5), "neither the name nor"),
        ("0.0.0.0", "not the address of one host"),
        ("::", "not the address of one host"),
        ("224.0.0.1", "not the address of one host"),
        ("255.255.255.255", "not the address of one host"),
    ],
)
def test_what_is_no_host_is_not_taken(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_host(text)


def test_hosts_come_once_and_without_empty_texts() -> None:
    assert read_hosts(["ollama.lan", "", " OLLAMA.lan", "[fd00::1]", "10.5"]) == ("ollama.lan", "fd00::1", "10.0.0.5")


def test_what_is_told_of_a_refusal() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5)
    refusal = Refusal("connect to", "2001:db8::1", 443, at, "/project/graphs.py:12 in fetch", "search")
    assert refusal.target == "[2001:db8::1]:443"
    assert refusal.sentence.startswith("HITL Desktop refused to connect to [2001:db8::1]:443: nothing leaves")
    assert refusal.line == ("03:04:05  connect to [2001:db8::1]:443 from /project/graphs.py:12 in fetch, node “search”")
    assert "127.0.0.1" in Refusal("listen on", "0.0.0.0", None, at, "").remedy
    assert len(Refusal("look up", "a" * 10_000, None, at, "").sentence) < 500
