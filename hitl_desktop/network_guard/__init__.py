"""Nothing leaves the machine: refuses, in this process, all hosts but those that the settings allow.

`guard.install()` is called before anything that might use the network is imported, and cannot be undone. It sees what
is done through Python's sockets, in every thread and library. Native code with sockets of its own and other programs
that a node starts go past it: it keeps a promise against mistakes and curious libraries, and is no sandbox.
"""

from hitl_desktop.network_guard.refusing import NetworkGuard, NetworkRefusedError, refusal_behind

__all__ = ["NetworkGuard", "NetworkRefusedError", "guard", "refusal_behind"]

guard = NetworkGuard()
"""The guard of this process."""
