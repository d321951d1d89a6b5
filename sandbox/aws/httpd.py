"""The HTTP server under the simulated AWS: threads, loopback only, connections kept open as AWS does.

werkzeug's own request loop closes every connection, so ours reads each request whole and answers it in one piece.
"""

import contextlib
import io
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from sandbox.aws.wire import Environ

LOOPBACK = "127.0.0.1"

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_log = logging.getLogger(__name__)


class _Handler(MotoRequestHandler):
    """One connection: requests one after the other until the client leaves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    """Buffered: an answer is one packet and one turn of the interpreter's lock, not two."""

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self._body(environ))
        told: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:
            told[:] = [status, headers]

        try:
            parts = self.server.app(environ, start_response)
            body = b"".join(parts)
            if hasattr(parts, "close"):
                parts.close()
            status, headers = told
        except Exception:  # noqa: BLE001 - whatever fails here, the client gets an answer and the log the trace
            _log.exception("%s %s failed", self.command, self.path)
            status, headers, body = "500 Internal Server Error", [], b"the simulated AWS failed: see its log"
        self._send(status, headers, body)

    @staticmethod
    def _body(environ: Environ) -> bytes:
        stream = environ["wsgi.input"]
        body: bytes
        if environ.get("wsgi.input_terminated"):
            body = stream.read()
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
        return body

    def _send(self, status: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        code, _, words = status.partition(" ")
        self.send_response(int(code), words)
        measured = False
        for name, value in headers:
            measured = measured or name.lower() == "content-length"
            self.send_header(name, value)
        if not measured and int(code) not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: calls are counted, not logged."""


class Server(ThreadedWSGIServer):
    """A threaded server on a port of 127.0.0.1 (0: any), whose `close` also ends the connections that are kept open.

    Raises OSError when the port is taken.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, app: Application) -> None:
        # Bound here, because werkzeug ends the process when a port is taken.
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((LOOPBACK, port))
            listening.listen(self.request_queue_size)
            super().__init__(LOOPBACK, port, app, handler=_Handler, fd=listening.fileno())
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox-aws", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def begin(self) -> None:
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close(self) -> None:
        """Stop listening and hang up; requests in work get no answer."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
