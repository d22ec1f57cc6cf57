"""What processes really tell the kernel about the network: their system calls, as strace sees them."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from ipaddress import ip_address
from pathlib import Path

# With the filter, processes stop at these calls only, and not at all others: a start takes half the time.
STRACE = ("strace", "-f", "--seccomp-bpf")
CALLS = "connect,sendto,sendmsg,sendmmsg,bind"
_INTERNET = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
_HARMLESS = {"AF_UNIX", "AF_LOCAL", "AF_NETLINK", "AF_UNSPEC"}


@cache
def why_no_strace() -> str:
    """Why system calls cannot be watched here, empty if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run([*STRACE, "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not watch processes here: {tried.stderr.strip()}"


def traced(command: list[str], log: Path) -> list[str]:
    """The command, to be run so that all its processes' calls are written to `log`."""
    return [*STRACE, "-qq", "-s", "64", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log), *command]


def leaving(log: Path) -> list[str]:
    """The calls in the log that name anything but loopback addresses, Unix sockets and the kernel itself."""
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        addresses = [a or b for a, b in _INTERNET.findall(line)]
        families = set(_FAMILY.findall(line)) - _HARMLESS
        # To connect to 0.0.0.0 is to connect to this machine, and glibc does it to learn how to sort what it found.
        here = all(_is_loopback(each) or (each in ("0.0.0.0", "::") and "connect(" in line) for each in addresses)
        if not here or (families and not addresses):
            found.append(line)
    return found


def seen(log: Path) -> set[str]:
    """The families of addresses in the log."""
    return set(_FAMILY.findall(log.read_text(encoding="utf-8", errors="replace")))


def _is_loopback(text: str) -> bool:
    address = ip_address(text)
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
