"""The overview: takes a period and a form, gives how it goes in the own branch; numbers only, nobody's data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from digitizer.errors import NotFound
from storage.checks_base import Rate
from storage.overview_base import Pace, Scope
from storage.workbench import Person, PersonRole
from web.clock import HANOI, local_time
from web.deps import Parts, Service
from web.ui import charts
from web.ui.language import language_of, translations
from web.ui.overview_words import FIELD_TYPES, PERIODS, REASONS, STATES
from web.ui.pages import percent, render
from web.ui.quality import held_words
from web.ui.records import titles_of
from web.ui.rights import Right
from web.ui.session import allowed, workbench_of

router = APIRouter(include_in_schema=False)
Viewer = Annotated[Person, Depends(allowed(Right.OVERVIEW))]
Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Table:
    """One set of numbers: under its chart, and as CSV. rows: as shown; plain: the same for a program."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plain: tuple[tuple[Any, ...], ...]
    rule: str = ""
    chart: charts.Chart | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who looks at what, in which language."""

    service: Service
    person: Person
    scope: Scope
    days: int
    say: Translate
    language: str

    def share(self, part: float, whole: float) -> str:
        return percent(part / whole if whole else None, self.language)

    def form(self, form_id: str) -> str:
        _ = self.say
        return titles_of(self.service).get(form_id, form_id) or _("không rõ mẫu")

    def age(self, since: datetime) -> str:
        """As people say it: the two largest units."""
        _ = self.say
        minutes = max(0, int((self.now - since).total_seconds() // 60))
        days, hours = minutes // 1440, minutes // 60 % 24
        if days:
            return _("%(days)s ngày %(hours)s giờ") % {"days": days, "hours": hours}
        return _("%(hours)s giờ %(minutes)s phút") % {"hours": hours, "minutes": minutes % 60}

    @property
    def now(self) -> datetime:
        return datetime.now(HANOI)


def asked(request: Request, service: Parts, person: Viewer, days: Annotated[int, Query()] = 1,
          form: Annotated[str, Query(max_length=64)] = "") -> Asked:
    """The period ends now and begins at midnight in Hanoi."""
    if days not in PERIODS:
        raise NotFound
    begin = datetime.combine(datetime.now(HANOI).date() - timedelta(days=days - 1), time(), HANOI)
    language = language_of(request)
    return Asked(
        service, person, Scope(person.branch, begin, form), days, translations(language).gettext, language)


@router.get("/overview")
def show_overview(request: Request, look: Annotated[Asked, Depends(asked)]) -> Response:
    tables = [TABLES[key](look) for key in _open_to(look.person)]
    return render(
        request, "overview.html", look=look, periods=PERIODS, titles=titles_of(look.service), tables=tables,
        tiles=_tiles(look), at=local_time(look.now),
        held=held_words(look.service),
    )


@router.get("/overview/{key}.csv")
def one_table(key: str, look: Annotated[Asked, Depends(asked)]) -> Response:
    """With a byte order mark, without which Excel takes Vietnamese for another alphabet."""
    if key not in _open_to(look.person):
        raise NotFound
    table, out = TABLES[key](look), io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([table.head, *([_harmless(c) for c in r] for r in table.plain)])
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{key}-{look.days}.csv"', "Cache-Control": "no-store"})


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula stays a text (OWASP: CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _open_to(person: Person) -> Sequence[str]:
    """How fast people work is for who leads them, nobody else."""
    return [key for key in TABLES if key != "keyers" or person.role is PersonRole.SUPERVISOR]


def _tiles(look: Asked) -> list[tuple[str, str, str]]:
    """(name, number, what it says) of the few numbers that matter first."""
    _ = look.say
    board, quality = workbench_of(look.service).overview, workbench_of(look.service).quality
    forms, backlog = board.forms(look.scope), board.backlog(look.scope)
    read, straight = sum(f.records for f in forms), sum(f.straight for f in forms)
    rates = [r for r in quality.rates(look.scope.branch) if look.scope.form_id in ("", r.form_id)]
    assured = [r.upper for r in rates if r.assured]
    oldest = min((b.oldest for b in backlog), default=None)
    return [
        (_("Không cần người sửa"), look.share(straight, read), _("%(part)s trong %(all)s hồ sơ máy đọc") % {
            "part": straight, "all": read}),
        (_("Tỷ lệ sai, cận trên 95 %"), percent(max(assured), look.language) if assured else _("chưa đủ số liệu"),
         _("loại trường kém nhất trong %(count)s loại đủ mẫu") % {"count": len(assured)} if assured
         else _("cần thêm mẫu kiểm tra mù")),
        (_("Đang chờ"), str(sum(b.machine + b.people for b in backlog)),
         _("lâu nhất %(age)s") % {"age": look.age(oldest)} if oldest else _("không có gì chờ")),
        (_("Dân cư xác nhận"), str(sum(f.confirmed for f in forms)), _("người trên giấy có số định danh khớp")),
    ]


def _forms(look: Asked) -> Table:
    _ = look.say
    found = workbench_of(look.service).overview.forms(look.scope)
    names = [look.form(f.form_id) for f in found]
    return Table(
        "forms", _("Không cần người sửa, theo mẫu giấy"),
        (_("Mẫu giấy"), _("Máy đọc xong"), _("Công bố thẳng"), _("Tỷ lệ"), _("Dân cư xác nhận")),
        tuple((n, str(f.records), str(f.straight), look.share(f.straight, f.records), str(f.confirmed))
              for n, f in zip(names, found, strict=True)),
        tuple((f.form_id, f.records, f.straight, round(f.straight / f.records, 4), f.confirmed) for f in found),
        " ".join((
            _("Công bố thẳng: máy đọc xong và công bố, không ai phải xem."),
            _("Dân cư xác nhận: số người có số định danh khớp cơ sở dữ liệu dân cư, mỗi người một lần mỗi hồ sơ;"),
            _("chưa nói rằng giấy tờ kèm theo đã được bỏ."),
        )),
        charts.bars([(n, f.straight / f.records, look.share(f.straight, f.records))
                     for n, f in zip(names, found, strict=True)], 1.0),
    )


def _pace(look: Asked) -> Table:
    _ = look.say
    by_hour = look.days == 1
    there = {p.at: p for p in workbench_of(look.service).overview.pace(look.scope, by_hour)}
    begin = look.scope.since.astimezone(HANOI)
    steps = (timedelta(hours=n) for n in range(24)) if by_hour else (timedelta(days=n) for n in range(look.days))
    slots = [(begin + step).strftime("%Y-%m-%d %H" if by_hour else "%Y-%m-%d") for step in steps]
    found = [there.get(slot, Pace(slot)) for slot in slots]
    names = [f"{p.at[-2:]}h" if by_hour else f"{p.at[8:]}/{p.at[5:7]}" for p in found]
    numbers = [(p.read, p.straight, p.released, p.amended) for p in found]
    head = (_("Giờ") if by_hour else _("Ngày"), _("Máy đọc xong"), _("Công bố thẳng"), _("Người công bố"),
            _("Sửa sau công bố"))
    return Table(
        "pace", _("Hồ sơ công bố mỗi giờ") if by_hour else _("Hồ sơ công bố mỗi ngày"), head,
        tuple((n, *map(str, row)) for n, row in zip(names, numbers, strict=True)),
        tuple((p.at, *row) for p, row in zip(found, numbers, strict=True)), "",
        charts.columns(names, [[p.straight for p in found], [p.released for p in found]], head[2:4]),
    )


def _waiting(look: Asked) -> Table:
    _ = look.say
    found = workbench_of(look.service).overview.waiting(look.scope)
    named = [(_(STATES.get(w.state, w.state)), _(REASONS.get(w.reason, w.reason)) if w.reason else "–") for w in found]
    return Table(
        "waiting", _("Hồ sơ đang chờ ở đâu"), (_("Trạng thái"), _("Lý do"), _("Số hồ sơ"), _("Lâu nhất")),
        tuple((*n, str(w.count), look.age(w.oldest)) for n, w in zip(named, found, strict=True)),
        tuple((w.state, w.reason, w.count, w.oldest.isoformat()) for w in found), "",
        charts.bars([(n[0] if n[1] == "–" else n[1], w.count, str(w.count))
                     for n, w in zip(named[:10], found[:10], strict=True)]),
    )


def _backlog(look: Asked) -> Table:
    _ = look.say
    found = workbench_of(look.service).overview.backlog(look.scope)
    return Table(
        "backlog", _("Đang chờ, theo chi nhánh"), (_("Chi nhánh"), _("Chờ máy"), _("Chờ người"), _("Lâu nhất")),
        tuple((b.branch, str(b.machine), str(b.people), look.age(b.oldest)) for b in found),
        tuple((b.branch, b.machine, b.people, b.oldest.isoformat()) for b in found), "",
        charts.bars([(b.branch, b.machine + b.people, str(b.machine + b.people)) for b in found][:12]),
    )


def _quality(look: Asked) -> Table:
    _ = look.say
    found = [r for r in workbench_of(look.service).quality.rates(look.scope.branch)
             if look.scope.form_id in ("", r.form_id)]

    def upper(rate: Rate) -> str:
        return percent(rate.upper, look.language) if rate.assured else _("chưa đủ số liệu")

    return Table(
        "quality", _("Tỷ lệ sai của trường máy tự nhận"),
        (_("Mẫu giấy"), _("Loại trường"), _("Đã kiểm"), _("Sai"), _("Cận trên 95 %"), _("Cần kiểm"), _("Tự nhận")),
        tuple((look.form(r.form_id), _(FIELD_TYPES.get(r.field_type, r.field_type)), str(r.samples), str(r.wrong),
               upper(r), str(r.needed), _("đang tắt") if r.hold else _("đang bật")) for r in found),
        tuple((r.form_id, r.field_type, r.samples, r.wrong, round(r.upper, 5) if r.assured else "", r.needed,
               "off" if r.hold else "on") for r in found),
        " ".join((_("Mẫu rút thăm, kiểm tra mù; cận trên chính xác (Clopper–Pearson)."),
                  _("Số liệu từ lần bật gần nhất, không theo kỳ."))),
    )


def _keyers(look: Asked) -> Table:
    _ = look.say
    found = workbench_of(look.service).overview.keyers(look.scope)

    def hourly(many: int, seconds: float) -> str:
        return f"{many / seconds * 3600:.0f}" if seconds >= 60 else "–"

    return Table(
        "keyers", _("Tốc độ kiểm tra"),
        (_("Người"), _("Hồ sơ"), _("Trường đã sửa"), _("Giờ làm"), _("Hồ sơ/giờ"), _("Trường/giờ")),
        tuple((k.name, str(k.records), str(k.fields), f"{k.seconds / 3600:.1f}", hourly(k.records, k.seconds),
               hourly(k.fields, k.seconds)) for k in found),
        tuple((k.name, k.records, k.fields, round(k.seconds / 3600, 2), hourly(k.records, k.seconds),
               hourly(k.fields, k.seconds)) for k in found),
        _("Giờ làm: từ thao tác trước tới khi lưu, bỏ khoảng nghỉ quá 10 phút. Chỉ giám sát của chi nhánh xem được."),
    )


TABLES: dict[str, Callable[[Asked], Table]] = {
    "pace": _pace, "forms": _forms, "waiting": _waiting, "backlog": _backlog, "quality": _quality, "keyers": _keyers,
}
