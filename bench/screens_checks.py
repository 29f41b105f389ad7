"""Pictures of the pages of checking: takes a running service, leaves docs/img/groups.png, check.png and quality.png."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page

from digitizer.document import FieldStatus
from storage.base import State, Stores
from storage.checks_base import CheckTask, Keyed, QualityRules
from storage.workbench import PersonRole, Workbench

Shoot = Callable[[Page, str], None]
Opened = Callable[[PersonRole, str, str], Page]
EVERYTHING = QualityRules(rate=1.0)
WRONG = 4  # every which answer of a name by the invented keyers differs from what was read


def groups(opened: Opened, shoot: Shoot) -> None:
    """Names from many papers, two of them marked."""
    page = opened(PersonRole.REVIEWER, "*", "/review/groups?kind=type-person_name")
    page.wait_for_selector(".cell[data-drawn]")
    page.wait_for_load_state("networkidle")
    for n in (1, 6):
        page.locator(".cell").nth(n).click()
    shoot(page, "groups")


def checks(stores: Stores, opened: Opened, shoot: Shoot) -> None:
    """One field to be keyed; the quality after two invented people have keyed a good many, some of them otherwise."""
    workbench = stores.workbench
    assert workbench is not None
    workbench.quality.set_rules(EVERYTHING, "bench")
    for record in stores.records.list_records("*", None, None, 100).records:
        body = {**record.body, "decision": {"outcome": "accept", "confidence": 0.99, "reasons": []}}
        if record.state is State.NEEDS_REVIEW and record.form_id:
            stores.records.correct(record.id, "*", record.version, body, "bench", "")
    page = opened(PersonRole.SECOND_REVIEWER, "*", "/review/check")
    page.wait_for_selector("#region[data-of]")
    shoot(page, "check")
    said: dict[str, Keyed] = {}
    for person in ("bench-a", "bench-b"):
        _key(stores, workbench, person, said)
    workbench.quality.set_rules(replace(EVERYTHING, rate=0.01), "bench")
    page = opened(PersonRole.SUPERVISOR, "*", "/review/quality")
    shoot(page, "quality")


def _key(stores: Stores, workbench: Workbench, person: str, said: dict[str, Keyed]) -> None:
    """said: what the one before keyed, by check; both say the same."""
    while (task := workbench.checks.take(person, "*")) is not None:
        said.setdefault(task.id, _said(stores, task, len(said)))
        workbench.checks.key(task.id, person, "*", said[task.id])


def _said(stores: Stores, task: CheckTask, count: int) -> Keyed:
    """What was read; of names, now and then, nothing that could be read."""
    field = stores.records.record(task.record_id, "*").body["fields"][task.field_id]
    if task.type == "person_name" and count % WRONG == 0:
        return Keyed(FieldStatus.ILLEGIBLE)
    status = FieldStatus(field["status"])
    return Keyed(status, field["raw"] if status is FieldStatus.FILLED else "", as_written=True)
