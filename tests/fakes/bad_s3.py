"""A lying S3 server: the way in which it fails in, an address out; for what no healthy server can be made to do."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def bad_s3(way: str, stall_s: float = 30.0) -> Iterator[str]:
    """`way`: status-500 | status-503 | garbage | cut | stall. Gives host:port."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.close_connection = True
            if way == "stall":
                stopped.wait(stall_s)
            elif way == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: x\r\n\r\nhalf")
            elif way == "garbage":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<<not>>")
            else:
                self.send_response(int(way.removeprefix("status-")))
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hung up is what these tests are about."""

    stopped = threading.Event()
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            stopped.set()
            server.shutdown()
            thread.join(10)
