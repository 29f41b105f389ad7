"""The doors to second keying and samples: what is keyed blind, what it shows, what is held back; protocols, values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from digitizer.document import FieldStatus

MACHINE = "machine"  # author of what nobody has keyed


class CheckKind(StrEnum):
    """Why a field is keyed blind."""

    DOUBLE = "double"  # a person has keyed it, and its kind is keyed twice
    SAMPLE = "sample"  # drawn by lot from what passed unseen; only these count for the error rate
    SENT = "sent"  # a supervisor wants it looked at, as records like it had a fault


class CheckState(StrEnum):
    OPEN = "open"
    DISPUTED = "disputed"  # three answers, no two alike: a supervisor reads the paper
    SETTLED = "settled"


class CheckOutcome(StrEnum):
    """What two alike answers said of the one that stood in the record."""

    AGREES = "agrees"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a person keys: the text as written, or that none can be. A text has the status FILLED. as_written: it stands
    so on the paper, although it makes no value of its type (a 31st of February)."""

    status: FieldStatus
    raw: str = ""
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class CheckTask:
    """One field to be keyed blind: where it stands and what it is called, and nothing of what anybody read there."""

    id: str
    record_id: str
    document_id: str
    form_id: str
    edition: str
    field_id: str
    label: str
    type: str
    page: int
    polygon_mm: tuple[tuple[tuple[float, float], ...], ...]
    waiting: int  # fields that this person could still key, this one counted
    answers: tuple[Keyed, ...] = ()  # of a dispute only, without names


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check with what it came to. `standing`: the answer that two gave, of a settled one."""

    id: str
    kind: CheckKind
    state: CheckState
    outcome: CheckOutcome | None
    record_id: str
    document_id: str
    branch: str
    form_id: str
    edition: str
    field_id: str
    field_type: str
    engine: str
    drawn_at: datetime
    settled_at: datetime | None
    standing: Keyed | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class QualityRules:
    """How much is checked. double: types of field, or last parts of field ids, that two people key. rate: share of what
    passed unseen that is checked blind. targets: share wrong aimed at; ceilings: that its upper bound must not leave;
    both by type of field, 'other' for the rest."""

    double: frozenset[str] = frozenset({"personal_id", "date_of_birth"})
    rate: float = 0.01
    targets: dict[str, float] = field(default_factory=lambda: {"personal_id": 0.001, "other": 0.0029})
    ceilings: dict[str, float] = field(default_factory=lambda: {"personal_id": 0.01, "other": 0.03})

    def target(self, field_type: str) -> float:
        return self.targets.get(field_type, self.targets["other"])

    def ceiling(self, field_type: str) -> float:
        return self.ceilings.get(field_type, self.ceilings["other"])


@dataclass(frozen=True, slots=True)
class Hold:
    """Automatic acceptance of one kind of field on one form, switched off. reason: errors | calibration | person."""

    form_id: str
    field_type: str
    reason: str
    held_at: datetime
    by: str
    samples: int
    wrong: int
    note: str = ""
    released_at: datetime | None = None
    released_by: str = ""
    release_note: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """What the samples say of one kind of field on one form since it was last switched on. upper: of the share wrong,
    95 % one-sided, exact. expected: errors that the confidences promised among these. needed, allowed: the plan."""

    form_id: str
    field_type: str
    samples: int
    wrong: int
    upper: float
    expected: float
    needed: int
    allowed: int
    open: int
    hold: Hold | None = None

    @property
    def assured(self) -> bool:
        """Whether enough was checked for the bound to say something."""
        return self.samples >= self.needed


@dataclass(frozen=True, slots=True)
class Risk:
    """Released records like one with a fault: same edition, engine, and field, read by the machine, not yet checked."""

    found: CheckResult
    records: int
    since: datetime | None
    until: datetime | None
    newest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The lot drawn again: fields that should have been checked and were not, and the other way round."""

    records: int
    fields: int
    drawn: int
    missing: tuple[tuple[str, str], ...]
    extra: tuple[tuple[str, str], ...]


class Checks(Protocol):
    """Fields to be keyed blind. Whoever uploaded the paper, wrote any version of its record, or has seen what the
    machine read there, never gets it, nor does anybody twice; the answer of one is never shown to the next."""

    def take(self, person_id: str, branch: str) -> CheckTask | None:
        """The field waiting longest that this person may key, theirs for a few minutes. None: nothing for them."""

    def unattended(self, branch: str, roles: Collection[str]) -> int:
        """How many wait although no open account with one of these roles may key them: somebody new has to."""

    def hand_back(self, check_id: str, person_id: str) -> None: ...

    def key(self, check_id: str, person_id: str, branch: str, keyed: Keyed) -> CheckResult:
        """Keeps the answer; settles where two are alike. Raises NotFound, Forbidden, PreconditionFailed (no longer
        theirs), UsageError (no text of this kind)."""

    def disputes(self, branch: str) -> Sequence[CheckResult]: ...

    def dispute(self, check_id: str, person_id: str, branch: str) -> CheckTask:
        """With the answers, in no order that tells whose they are. Raises NotFound, Forbidden."""

    def decide(self, check_id: str, person_id: str, branch: str, keyed: Keyed) -> CheckResult:
        """A supervisor's last word on a dispute."""

    def to_amend(self, branch: str) -> Sequence[CheckResult]:
        """Settled otherwise than the record says, and the record does not say so yet."""

    def settled(self, record_ids: Sequence[str]) -> Sequence[CheckResult]:
        """Every settled check of these records."""

    def amended(self, check_id: str, version: int) -> None:
        """The record says so from this version on."""


class Quality(Protocol):
    """What the samples show, and what follows from it."""

    def rules(self) -> QualityRules: ...

    def set_rules(self, rules: QualityRules, by: str) -> None:
        """Raises UsageError. From the next release on; earlier draws keep the rules of their time."""

    def rates(self, branch: str) -> Sequence[Rate]:
        """Counts of this branch only; holds are everybody's."""

    def held(self) -> frozenset[tuple[str, str]]:
        """(form id, type of field) that must not pass unseen now."""

    def holds(self) -> Sequence[Hold]:
        """Newest first, ended ones too."""

    def hold(self, form_id: str, field_type: str, by: str, note: str) -> None:
        """Raises UsageError: no note, or held already."""

    def release(self, form_id: str, field_type: str, by: str, note: str) -> None:
        """Counting begins anew. Raises UsageError: no note; NotFound: not held."""

    def findings(self, branch: str, limit: int = 50) -> Sequence[CheckResult]:
        """Checks that differed, newest first."""

    def at_risk(self, check_id: str, branch: str) -> Risk:
        """Raises NotFound."""

    def send(self, check_id: str, branch: str, many: int, by: str) -> int:
        """Puts up to `many` of the records at risk up for a check, by lot; gives how many."""

    def redraw(self, branch: str) -> Redrawn:
        """Draws every lot again from the kept seeds; for an auditor."""
