"""The dossier code of a lead sheet reaches every document behind it until the next lead sheet."""

from __future__ import annotations

from digitizer.document import (
    ClassedPage,
    Dossier,
    EngineInfo,
    Field,
    FieldStatus,
    FormMatch,
    Outcome,
    PageClass,
    Record,
)
from digitizer.stages.pass_on import pass_on
from digitizer.stages.route import route

CODE = "H26.11-260305-0007"


def document(page: int, form: str | None = "khai-sinh") -> Record:
    match = FormMatch(form, "tt04-2024", 0.99) if form else None
    kind = PageClass.FIRST if form else PageClass.UNKNOWN
    return Record("batch.pdf", (page,), match, (), EngineInfo("test", "1"), page_classes=(ClassedPage(page, kind),))


def lead(page: int, raw: str) -> Record:
    status = FieldStatus.FILLED if raw else FieldStatus.BLANK
    code = Field("dossier_code", "Mã hồ sơ", "number", status, raw, raw or None, 0.98, page=page, required=True)
    return Record(
        "batch.pdf", (page,), FormMatch("giay-tiep-nhan", "tt01-2018", 0.99), (code,), EngineInfo("test", "1"),
        page_classes=(ClassedPage(page, PageClass.LEAD),),
    )


def passed(*records: Record) -> list[Record]:
    found: list[Record] = []
    for record in records:
        found.append(pass_on(record, found[-1].dossier if found else None))
    return found


def codes(record: Record) -> list[str]:
    return [f.code for f in record.findings]


def test_the_code_reaches_known_and_unknown_papers_until_the_next_lead_sheet() -> None:
    other = "H26.11-260305-0008"
    found = passed(document(1), lead(2, CODE), document(3), document(4, None), lead(5, other), document(6))
    assert [r.dossier and r.dossier.code for r in found] == [None, CODE, CODE, CODE, other, other]
    assert found[3].dossier == Dossier(CODE, 2, 0.98)
    assert all(codes(r) == [] for r in found)


def test_a_lead_sheet_without_a_code_ends_the_dossier_before_it_and_it_is_said() -> None:
    found = passed(lead(1, CODE), lead(2, ""), document(3))
    assert found[2].dossier == Dossier("", 2, 0.0)
    assert codes(found[2]) == ["dossier_code_unread"]


def test_a_code_that_can_hardly_be_one_is_passed_on_as_it_stands_and_nobody_is_held_up() -> None:
    found = passed(lead(1, "H26.11-26O305-0007"), document(2))
    assert found[1].dossier and found[1].dossier.code == "H26.11-26O305-0007"
    assert codes(found[1]) == ["dossier_code_unusual"]
    decision = route(found[1]).decision
    assert decision and decision.outcome is Outcome.ACCEPT
