"""A simulated population registry with invented people: `python -m storage.population_sim --port N [--people FILE]`.

Takes `POST /lookup` {personal_id, full_name, date_of_birth}, gives {verdict, person?, mismatched?}; `GET /healthz`.
For demonstrations, tests and benchmarks; it logs nothing that was asked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from digitizer.ports import Person
from digitizer.vietnam import dates, names

QUERY_BYTES = 4096
QUERY_PARTS = ("personal_id", "full_name", "date_of_birth")

# Invented; numbers have real province prefixes and agree with sex and birth year (vietnam.md 1.1, 6.6).
INVENTED = (
    Person("001181000101", "Kiều Thị Thưởng", "1981-08-25", "Nữ", "Kinh", "Việt Nam",
           "Số 12 ngõ 5, phường Giảng Võ, thành phố Hà Nội", "Xã Tam Hưng, thành phố Hà Nội"),
    Person("001079000202", "Trịnh Quang Khoát", "1979-03-02", "Nam", "Kinh", "Việt Nam",
           "Thôn Hạ, xã Yên Bài, thành phố Hà Nội", "Xã Yên Bài, thành phố Hà Nội"),
    Person("034195000303", "Đặng Thuý Quỳnh", "1995-11-15", "Nữ", "Tày", "Việt Nam",
           "Tổ 3, phường Láng, thành phố Hà Nội", "Tỉnh Hưng Yên"),
    Person("038060000404", "Lò Văn Ểnh", "1960", "Nam", "Mường", "Việt Nam", "Xã Ba Vì, thành phố Hà Nội", "Thanh Hóa"),
)


def answer(people: dict[str, Person], query: dict[str, str]) -> dict[str, Any]:
    """The registry's rule: the number finds, name (case and tone placement aside) and birth date must agree."""
    person = people.get(query["personal_id"])
    if person is None:
        return {"verdict": "not_found"}
    asked, held = dates.from_iso(query["date_of_birth"]), dates.from_iso(person.date_of_birth)
    wrong = [] if names.same_name(query["full_name"], person.full_name) else ["full_name"]
    if not (asked and held and asked.agrees(held)):
        wrong.append("date_of_birth")
    if wrong:
        return {"verdict": "mismatch", "mismatched": wrong}
    return {"verdict": "person", "person": asdict(person)}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SimulatedRegistry

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._send(200, {"status": "ok"})
        else:
            self._send(404, {"error": "not_found"})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > QUERY_BYTES:
            self.close_connection = True
            self._send(413 if length.isdigit() else 411, {"error": "length"})
            return
        body = self.rfile.read(int(length))
        if self.path != "/lookup":
            self._send(404, {"error": "not_found"})
            return
        try:
            query = json.loads(body)
            asked = {part: query[part] for part in QUERY_PARTS}
        except (ValueError, KeyError, TypeError):
            self._send(422, {"error": "invalid_request"})
            return
        if not all(isinstance(v, str) and v for v in asked.values()):
            self._send(422, {"error": "invalid_request"})
            return
        self._send(200, answer(self.server.people, asked))

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: whom somebody asks for is personal data."""


class SimulatedRegistry(ThreadingHTTPServer):
    """Serves on `host`:`port` (0: a free one; `server_port` tells) once `serve_forever` runs, in this or another
    thread. `people` are looked up by number."""

    daemon_threads = True

    def __init__(self, people: Iterable[Person], host: str = "127.0.0.1", port: int = 0) -> None:
        self.people = {p.personal_id: p for p in people}
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"


def load_people(path: Path) -> tuple[Person, ...]:
    """A JSON array of objects with the attributes of ports.Person. Raises ValueError, TypeError, OSError."""
    return tuple(Person(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulated population registry with invented people")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port and prints it")
    parser.add_argument("--people", type=Path, help="JSON array of people; default: four invented ones")
    chosen = parser.parse_args()
    people = load_people(chosen.people) if chosen.people else INVENTED
    with SimulatedRegistry(people, chosen.host, chosen.port) as server:
        sys.stdout.write(f"listening on {server.url} with {len(server.people)} people\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
