"""Who may do what on the pages: takes a role, gives its rights and the page it starts on."""

from __future__ import annotations

from enum import StrEnum

from storage.workbench import PersonRole


class Right(StrEnum):
    """One thing a person may or may not do; each page and each change asks for one."""

    UPLOAD = "upload"  # the kiosk
    REVIEW = "review"  # correct what the machine doubts
    SECOND = "second"  # key and check blind
    SETTLE = "settle"  # take what is escalated, reject, change thresholds
    RECORDS = "records"  # search and read records
    OVERVIEW = "overview"  # how well it goes
    PEOPLE = "people"  # accounts and roles


_OF: dict[PersonRole, frozenset[Right]] = {
    PersonRole.UPLOADER: frozenset({Right.UPLOAD}),
    PersonRole.REVIEWER: frozenset({Right.UPLOAD, Right.REVIEW, Right.RECORDS}),
    PersonRole.SECOND_REVIEWER: frozenset({Right.REVIEW, Right.SECOND, Right.RECORDS}),
    PersonRole.SUPERVISOR: frozenset(
        {Right.UPLOAD, Right.REVIEW, Right.SECOND, Right.SETTLE, Right.RECORDS, Right.OVERVIEW}
    ),
    PersonRole.ADMINISTRATOR: frozenset({Right.PEOPLE, Right.OVERVIEW}),  # sees no citizen's data
}


def rights(role: PersonRole) -> frozenset[Right]:
    return _OF[role]
