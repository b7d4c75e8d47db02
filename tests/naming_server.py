"""A naming service on this machine, for the length of a test."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], "bytes | str | dict[str, str] | int"]
"""what was asked (the quotes, the touchpoint, the name) -> names, a message's text, a raw body, or an HTTP status"""


@dataclass
class Served:
    """Where the service is, and what it was sent."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def completion(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """The user's message of a request."""
    found: dict[str, Any] = json.loads(body["messages"][1]["content"])
    return found


@contextmanager
def naming_server(reply: Reply) -> Iterator[Served]:
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.bodies.append(body)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
            said = reply(asked(body))
            status = said if isinstance(said, int) else 200
            if isinstance(said, dict):
                said = json.dumps(said, ensure_ascii=False)
            raw = b"{}" if isinstance(said, int) else said if isinstance(said, bytes) else completion(said)
            try:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{served.url}/elsewhere")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:
                pass  # the other side has waited long enough

        def do_GET(self) -> None:
            """Nobody should come here: a redirect was followed."""
            served.paths.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
