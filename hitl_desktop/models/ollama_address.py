"""Where Ollama is, and whether that is this machine."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from hitl_desktop.core.network import canonical, is_this_machine
from hitl_desktop.core.settings import Settings

DEFAULT_PORT = 11434
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
_PORT_OF_SCHEME = {"http": 80, "https": 443}
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


def ollama_url(configured: str | None, environ: Mapping[str, str]) -> str:
    """Return the base URL of Ollama: the settings' value, else `OLLAMA_HOST`, else the default port.

    Both take every form that Ollama's own `OLLAMA_HOST` takes (ollama/envconfig/config.go): `host`,
    `host:port`, `[v6]:port`, `scheme://host:port/path`, with quotes or spaces around it. The port is
    11434, but 80 or 443 when a scheme is written without a port. An address to listen on
    (`0.0.0.0`, `::`, or none) is one that a client can't connect to: it becomes the loopback address.
    A port that is no number from 0 to 65535 is replaced by the default one, as Ollama does.
    """
    for text in (configured or "", environ.get("OLLAMA_HOST", "")):
        if cleaned := text.strip().strip("\"'").strip():
            return _normalised(cleaned)
    return DEFAULT_URL


def _normalised(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
        default_port = DEFAULT_PORT
    else:
        default_port = _PORT_OF_SCHEME.get(scheme.lower(), DEFAULT_PORT)
    address, _, path = rest.partition("/")
    host, port = _host_and_port(address, default_port)
    host = _ANY_ADDRESS.get(host, host)
    netloc = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    path = path.strip("/")
    return f"{scheme.lower()}://{netloc}" + (f"/{path}" if path else "")


def _host_and_port(address: str, default_port: int) -> tuple[str, int]:
    if address.startswith("["):
        host, _, port_text = address[1:].partition("]")
        port_text = port_text.removeprefix(":")
    elif address.count(":") > 1:  # an IPv6 address without brackets carries no port
        host, port_text = address, ""
    else:
        host, _, port_text = address.partition(":")
    valid = port_text.isascii() and port_text.isdigit() and int(port_text) <= 65535
    return host, int(port_text) if valid else default_port


def is_loopback(url: str) -> bool:
    """Whether `url` stays on this machine. No name but `localhost` is looked up: any other counts as elsewhere."""
    return is_this_machine(canonical(urlsplit(url).hostname or ""))


def hosts_named_in(settings: Settings) -> tuple[str, ...]:
    """The other machines that the person named in the settings: those to allow, and Ollama's."""
    hosts = list(settings.allowed_hosts)
    if settings.ollama_url.strip():
        with suppress(ValueError):  # no address at all, as the window says when it looks for a model there
            hosts.append(urlsplit(ollama_url(settings.ollama_url, {})).hostname or "")
    return tuple(host for host in hosts if host and not is_this_machine(canonical(host)))
