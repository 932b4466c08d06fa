"""A service on this machine that alerts are sent to, as the tests of alerts need it.

Only its making belongs here; no assertions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class Service(HTTPServer):
    """Keeps the JSON of every alert, with the path of its URL; takes none of them while `is_broken`."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.is_broken = False
        super().__init__(("127.0.0.1", 0), Receiver)

    def url(self, path: str = "secret-path") -> str:
        return f"json://127.0.0.1:{self.server_port}/{path}"


class Receiver(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        received = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.is_broken:
            self.server.received.append({**received, "path": self.path.strip("/")})
        self.send_response(500 if self.server.is_broken else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@contextmanager
def receiving() -> Iterator[Service]:
    """A service that receives meanwhile."""
    with Service() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
