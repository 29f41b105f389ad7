"""The registry client against a real simulated registry, started as its own process, and against broken ones."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from digitizer.errors import RegistryUnavailable, UnsafeSettings
from digitizer.ports import Person, Verdict
from settings import Settings
from storage.population import CircuitBreaker, HttpPopulation, NullPopulation, open_population
from storage.population_sim import INVENTED, SimulatedRegistry

ROOT = Path(__file__).resolve().parents[2]
ANNA = Person("001190000901", "Phùng Thị Mơ", "1990-02-28", "Nữ", "Kinh", "Việt Nam", "Phường Láng, Hà Nội", "Hà Nội")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = tmp_path_factory.mktemp("registry") / "people.json"
    people.write_text(json.dumps([asdict(p) for p in (*INVENTED, ANNA)]), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "storage.population_sim", "--port", "0", "--people", str(people)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )
    assert process.stdout
    try:
        yield process.stdout.readline().split()[2]
    finally:
        process.terminate()
        process.wait(10)
        said = process.stdout.read()
        process.stdout.close()
    assert said == ""


@pytest.fixture()
def client(registry: str) -> Iterator[HttpPopulation]:
    population = HttpPopulation(registry)
    yield population
    population.close()


def test_all_three_right_gives_the_person(client: HttpPopulation) -> None:
    found = client.lookup("001190000901", "PHÙNG THỊ MƠ", "1990-02-28")
    assert found.verdict is Verdict.PERSON
    assert found.person == ANNA


def test_a_year_alone_is_enough_where_the_paper_has_no_more(client: HttpPopulation) -> None:
    assert client.lookup("001190000901", "Phùng Thị Mơ", "1990").verdict is Verdict.PERSON


def test_what_differs_is_named(client: HttpPopulation) -> None:
    assert client.lookup("001190000901", "Phùng Thị Mở", "1990-02-28").mismatched == ("full_name",)
    both = client.lookup("001190000901", "Phùng Thị Mở", "1990-03-28")
    assert both.verdict is Verdict.MISMATCH
    assert both.mismatched == ("full_name", "date_of_birth")
    assert both.person is None


def test_a_number_that_nobody_holds(client: HttpPopulation) -> None:
    assert client.lookup("001190000902", "Phùng Thị Mơ", "1990-02-28").verdict is Verdict.NOT_FOUND


def test_the_simulation_refuses_what_is_no_query(registry: str) -> None:
    client = httpx2.Client(base_url=registry, trust_env=False)
    with client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.post("/lookup", json={"personal_id": "001190000901"}).status_code == 422
        assert client.post("/lookup", content=b"x" * 5000).status_code == 413
        assert client.post("/other", json={}).status_code == 404


def test_a_registry_that_is_not_there() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = HttpPopulation(f"http://127.0.0.1:{held.getsockname()[1]}", seconds=0.5)
        assert nobody.lookup("001190000901", "Phùng Thị Mơ", "1990").verdict is Verdict.UNAVAILABLE
        with pytest.raises(RegistryUnavailable):
            nobody.check()
        nobody.close()


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A server that says the same to everybody; the requests it saw, as '<path> <body>'."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(f"{self.path} {self.rfile.read(int(self.headers['Content-Length'])).decode()}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize("body", [
    b"", b"not json", b"[]", b'{"verdict": "perhaps"}', b'{"verdict": "person"}',
    b'{"verdict": "person", "person": {"full_name": "A"}}', b'{"verdict": "mismatch", "mismatched": ["sex"]}',
    b'{"verdict": "person", "person": {"personal_id": 1, "full_name": "A", "date_of_birth": "1990"}}',
    b'{"verdict": "not_found", "x": "' + b"y" * 70_000 + b'"}',
])
def test_a_registry_that_talks_nonsense_counts_as_none(body: bytes) -> None:
    with answering(body) as (url, _):
        population = HttpPopulation(url)
        assert population.lookup("001190000901", "Phùng Thị Mơ", "1990").verdict is Verdict.UNAVAILABLE
        population.close()


def test_nothing_personal_stands_in_the_address() -> None:
    with answering(b'{"verdict": "not_found"}') as (url, seen):
        population = HttpPopulation(url)
        population.lookup("001190000901", "Phùng Thị Mơ", "1990")
        population.close()
    path, _, body = seen[0].partition(" ")
    assert path == "/lookup"
    assert json.loads(body)["personal_id"] == "001190000901"


def test_after_three_failures_nobody_is_asked_until_the_pause_is_over() -> None:
    now = [0.0]
    with answering(b"{}", 500) as (url, seen):
        population = HttpPopulation(url, breaker=CircuitBreaker(clock=lambda: now[0]))
        for _ in range(5):
            population.lookup("001190000901", "Phùng Thị Mơ", "1990")
        assert len(seen) == 3
        now[0] = 31.0
        population.lookup("001190000901", "Phùng Thị Mơ", "1990")
        population.lookup("001190000901", "Phùng Thị Mơ", "1990")
        assert len(seen) == 4
        population.close()


def test_a_good_answer_closes_the_breaker() -> None:
    breaker = CircuitBreaker(clock=lambda: 100.0)
    breaker.failed()
    breaker.failed()
    with SimulatedRegistry((ANNA,)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        population = HttpPopulation(server.url, breaker=breaker)
        population.lookup("001190000901", "Phùng Thị Mơ", "1990")
        population.check()
        population.close()
        server.shutdown()
        thread.join(10)
    assert breaker.failures == 0


def test_settings_decide() -> None:
    assert open_population(Settings()) is None
    assert isinstance(open_population(Settings(population_url="http://127.0.0.1:9")), HttpPopulation)
    with pytest.raises(UnsafeSettings):
        open_population(Settings(population_url="ftp://example.org"))
    with pytest.raises(UnsafeSettings):
        open_population(Settings(mode="production", population_url="http://registry.example.org"))


def test_no_registry_is_said_to_be_unavailable() -> None:
    assert NullPopulation().lookup("1", "2", "3").verdict is Verdict.UNAVAILABLE
