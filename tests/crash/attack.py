"""Who uploads and who kills: takes a world and a seed, gives the history of what was sent, answered and killed."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.crash.world import LEASE_SECONDS, World, send
from tests.fakes.child import picture

KINDS = ("api", "relay", "worker", "worker", "child", "redis", "freeze")
PAUSE = (0.5, 2.0)
GIVE_UP_SECONDS = 180.0  # a reservation whose request died is free again after 60 s


@dataclass(frozen=True, slots=True)
class Sent:
    """One upload. `submission_id` is '' when it was never acknowledged; `tries` counts requests."""

    number: int
    sha256: str
    submission_id: str
    status: int
    tries: int
    seconds: float


@dataclass(slots=True)
class History:
    """What the checker compares with what is stored."""

    sent: list[Sent] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


def upload(world: World, number: int, behaviour: str) -> Sent:
    """One document until it is acknowledged: every doubtful answer is retried with the same Idempotency-Key."""
    data = picture(behaviour, number)
    began, tries = time.monotonic(), 0
    headers = {
        "Authorization": f"Bearer {world.key}", "Idempotency-Key": f"upload-{number}", "Content-Type": "image/png",
        "Content-Disposition": f'attachment; filename="scan-{number}.png"',
    }
    digest = hashlib.sha256(data).hexdigest()
    while time.monotonic() - began < GIVE_UP_SECONDS:
        tries += 1
        try:
            status, body = _post(world, data, headers)
        except (OSError, http.client.HTTPException):
            status, body = 0, b""
        if status == 202:
            return Sent(number, digest, json.loads(body)["id"], status, tries, time.monotonic() - began)
        if status and status < 500 and status not in (409, 429):
            return Sent(number, digest, "", status, tries, time.monotonic() - began)
        time.sleep(0.25)
    return Sent(number, digest, "", 0, tries, time.monotonic() - began)


def _post(world: World, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    line = http.client.HTTPConnection(*world.address, timeout=20)
    try:
        line.request("POST", "/v1/submissions", data, headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def attack(world: World, uploads: int, kills: int, seed: int) -> History:
    """Uploads spread evenly over the kills, by eight clients; both follow from the seed."""
    dice = random.Random(seed)
    kinds = (*KINDS, "database") if world.database_url else KINDS
    plan = [(dice.choice(kinds), dice.uniform(*PAUSE), dice.random()) for _ in range(kills)]
    behaviours = [dice.choices(("good", "slow"), (9, 1))[0] for _ in range(uploads)]
    lasts = sum(pause for _, pause, _ in plan)
    history = History()
    nemesis = threading.Thread(target=_nemesis, args=(world, plan, history))
    began = time.monotonic()
    nemesis.start()
    with ThreadPoolExecutor(8) as clients:
        waiting = []
        for number, behaviour in enumerate(behaviours):
            time.sleep(max(0.0, began + lasts * number / uploads - time.monotonic()))
            waiting.append(clients.submit(upload, world, number, behaviour))
        history.sent = [w.result() for w in waiting]
    nemesis.join()
    return history


def _nemesis(world: World, plan: list[tuple[str, float, float]], history: History) -> None:
    frozen: list[threading.Timer] = []
    for kind, pause, which in plan:
        time.sleep(pause)
        if kind == "database":
            world.cut_database()
            history.kills[kind] += 1
            continue
        while not (pids := world.pids("worker" if kind == "freeze" else kind)):
            time.sleep(0.05)  # it is down from the kill before; a kill is a kill
        pid = pids[int(which * len(pids))]
        if kind == "freeze":
            hit = send(pid, signal.SIGSTOP)
            timer = threading.Timer(LEASE_SECONDS * 1.5, send, (pid, signal.SIGCONT))
            timer.start()
            frozen.append(timer)
        else:
            hit = send(pid, signal.SIGKILL)
        history.kills[kind if hit else "missed"] += 1
    for timer in frozen:
        timer.join()
