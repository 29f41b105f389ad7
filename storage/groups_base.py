"""The door to looking at many fields of one kind at once: which wait, in what order; protocol and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GroupKind:
    """What is looked at together; what is given must all fit. type: of field; leaf: last part of a field's id; holding:
    letters that the text holds, such as one digit."""

    type: str = ""
    leaf: str = ""
    holding: str = ""
    form_id: str = ""
    doubtful: bool = False  # only fields that the decision gives as a reason


@dataclass(frozen=True, slots=True)
class GroupItem:
    """One field as the machine read it, with the version of the record that was looked at."""

    record_id: str
    document_id: str
    branch: str
    version: int
    field_id: str
    label: str
    raw: str
    page: int
    polygon_mm: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """items: texts alike stand together. after: where the next page begins; '' where nothing more waits."""

    items: tuple[GroupItem, ...]
    after: str


class Groups(Protocol):
    """Fields of records that wait for review, written, read by the machine, and not yet a person's word."""

    def page(self, kind: GroupKind, person_id: str, branch: str, after: str = "", limit: int = 48) -> GroupPage:
        """Oldest records first; none that somebody else holds, none that the person uploaded. Every record shown is
        noted in the trail. Raises UsageError for an `after` not from here."""

    def forms(self, branch: str) -> Sequence[str]:
        """Ids of the forms of which anything waits."""
