"""Body lines to printed things in order: takes rows and tables, gives Entries, each a label with its kind of answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digitizer.drafting.sheet import EM_PX, Grid, Kind, Piece, Row
from digitizer.template import FieldKind
from digitizer.vietnam.text import fold, nfc

_FAR = 4.0  # letter sizes: dots farther from words that ask nothing belong to a signature beside them
_INNER = {"ngay", "thang", "nam", "gio", "phut", "phut ngay", "gio ngay", "/"}
_ENDS = re.compile(r"[.:;?!)…]$")
_QUESTION = re.compile(r"^(.*[:?])\s*(\S.*)$")
_HEADED = re.compile(r"^(.{12,}:)\s+([A-ZĐ][^:]*:)$")
_ITEM_NUMBER = re.compile(r"^([a-zđ]\)|\d+(?:\.\d+)*[.)])\s*(\S.*)$", re.IGNORECASE)
_ORDER_COLUMN = {"tt", "stt", "so tt", "so thu tu"}
_PARTED = re.compile(  # a unit from the label behind it
    r"(?<=[\w²³%)]);\s*|(?<=[²³%]),\s*|^(?:tầng|bản|người|đồng),\s*|(?<=\w\w)\.\s+(?=[A-ZĐÀ-Ỹ])"
)
_PAGE_NUMBER = re.compile(r"^\W*\d{1,3}\W*$")


@dataclass(slots=True)
class Entry:
    """kind None: fixed text. doubts: codes of what is not certain about it. heading: a fixed line that may name the
    block of what follows. columns: of a table, with `lines` rows."""

    text: str
    mark: str = ""
    bold: bool = False
    same_line: bool = False
    kind: FieldKind | None = None
    lines: int = 1
    cells: int = 0
    choices: list[str] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    page: int = 1


@dataclass(slots=True)
class _Pending:
    """Words whose answer has not come yet."""

    text: str
    mark: str
    bold: bool
    same_line: bool
    full: bool
    page: int
    right: float = 0.0


@dataclass(slots=True)
class Found:
    """entries in printed order. loose: leaders without a label; columns: rows of signature columns left out; tables:
    tables beyond the one that a template can have."""

    entries: list[Entry] = field(default_factory=list)
    rows: int = 0
    loose: int = 0
    columns: int = 0
    tables: int = 0


def entries_of(body: Sequence[Row | Grid]) -> Found:
    walker = _Walker()
    signed = 0
    for part in body:
        if part.page == signed:
            continue
        if isinstance(part, Grid):
            walker.grid(part)
        elif _is_signature_columns(part):
            walker.flush()
            walker.found.columns += 1
            signed = part.page  # what follows on this page are the columns themselves
        elif not _PAGE_NUMBER.match(part.text) or len(part.pieces) > 1:
            walker.row(part)
    walker.flush()
    return walker.found


def _is_signature_columns(row: Row) -> bool:
    """Several date lines side by side stand over signatures, and nobody reads them."""
    return sum(fold(p.text).strip(" ,.") == "thang" for p in row.pieces if p.kind is Kind.WORDS) > 1


class _Walker:
    """Goes through the pieces in reading order and remembers which words wait for an answer and which answer may go
    on."""

    def __init__(self) -> None:
        self.found = Found()
        self.pending: _Pending | None = None
        self.open: Entry | None = None  # the leader answer that more leaders would belong to
        self.group: Entry | None = None  # the tick answer that more boxes would belong to

    def row(self, row: Row) -> None:
        pieces = [q for i, p in enumerate(row.pieces) for q in _split(p, i > 0)]
        whole = len(pieces)  # as many are left when the row begins with something to look at
        if any(p.kind is Kind.BOX for p in pieces):
            pieces = self.ticks(row, pieces)
        else:
            self.group = None
        if _is_place_and_date(pieces) and not (self.open and _is_signed_at(self.open)):
            pieces = self.place_and_date(row, pieces)
        for i, piece in enumerate(pieces):
            first = i == 0 and len(pieces) == whole
            if piece.kind is Kind.WORDS:
                self.words(row, piece, pieces[i + 1:], first)
            elif piece.kind is Kind.LEADER:
                self.leader(piece, pieces[i + 1:], first)
            elif piece.kind is Kind.COMB:
                self.comb(piece)

    def place_and_date(self, row: Row, pieces: list[Piece]) -> list[Piece]:
        """"……, ngày … tháng … năm …" over a signature: the place has no label, so that only the date can be found."""
        self.flush()
        self.open = Entry("ngày", kind=FieldKind.LEADERS, doubts=["place_without_label"], page=row.page)
        self.found.entries.append(self.open)
        return pieces[2:]

    def words(self, row: Row, piece: Piece, following: Sequence[Piece], first: bool) -> None:
        if not any(c.isalpha() for c in piece.text) and self.sign(piece):
            return
        if self.pending is None and self.open is not None and self.inner(piece, following, first):
            return
        if first and self.pending is not None and _goes_on(self.pending, piece.text):
            self.pending.text = f"{self.pending.text} {piece.text}"
            self.pending.mark = piece.mark or self.pending.mark
            self.pending.full, self.pending.right = row.full, piece.box.right
            return
        if not first and self.pending is not None and _is_addressed(self.pending) and following:
            self.pending.text, self.pending.right = f"{self.pending.text} {piece.text}", piece.box.right
            return
        self.flush()
        self.pending = _Pending(piece.text, piece.mark, piece.bold, not first, row.full, row.page, piece.box.right)

    def sign(self, piece: Piece) -> bool:
        """Print without letters is no label: a list's "(1)", an example's "01". A slash parts an answer, also where the
        leader before it was not seen."""
        if "/" not in piece.text:
            return True
        if self.pending is not None and _asks(self.pending):
            self.leader(Piece(Kind.LEADER, piece.box), (), False)
        if self.open is not None:
            self.open.inner.append("/")
        return True

    def inner(self, piece: Piece, following: Sequence[Piece], first: bool) -> bool:
        """Whether the words stand inside the open answer ("tháng", "năm"); then they are taken into it."""
        assert self.open is not None
        key = " ".join(fold(piece.text).replace(",", " ").split()).strip(" .")
        leads_on = not following or following[0].kind is Kind.LEADER
        if key not in _INNER or not leads_on or "ằ" in nfc(piece.text):  # "nằm": places to lie in a vehicle
            return False
        begins_date = key == "ngay" and not self.open.inner
        if begins_date and (first or not piece.text.startswith(",")):
            return False  # "tại …… ngày …": a date of its own
        comma = piece.text.startswith(",")
        self.open.inner.append(f", {piece.text.lstrip(', ')}" if comma else piece.text.strip(" ."))
        return True

    def leader(self, piece: Piece, following: Sequence[Piece], first: bool) -> None:
        waiting = self.pending
        far = first or (waiting is not None and piece.box.left - waiting.right > _FAR * EM_PX)
        aside = waiting is not None and waiting.text.startswith("(") and not waiting.text.rstrip().endswith(":")
        if waiting is not None and not aside and (not far or _asks(waiting)):
            self.pending = None
            asked = self.asked(waiting)
            text, inner = _date_words(asked, following)
            self.open = Entry(
                _label(text), waiting.mark, waiting.bold, waiting.same_line, FieldKind.LEADERS,
                2 if first else 1, inner=inner, page=waiting.page,
            )
            self.found.entries.append(self.open)
        elif waiting is None and self.open is not None:
            self.open.lines += first
        else:
            self.flush()
            self.found.loose += 1

    def asked(self, waiting: _Pending) -> str:
        """"Giấy chứng nhận kết hôn của cha, mẹ: Số:" is a heading and a label on one line."""
        match = _HEADED.match(nfc(waiting.text))
        if match is None:
            return waiting.text
        self.found.entries.append(
            Entry(match.group(1), bold=waiting.bold, same_line=waiting.same_line, page=waiting.page)
        )
        waiting.same_line = True
        return match.group(2)

    def comb(self, piece: Piece) -> None:
        waiting, self.pending, self.open = self.pending, None, None
        if waiting is None:
            self.found.loose += 1
            return
        self.found.entries.append(Entry(
            _label(waiting.text), waiting.mark, waiting.bold, waiting.same_line, FieldKind.COMB, cells=piece.cells,
            page=waiting.page,
        ))

    def ticks(self, row: Row, pieces: list[Piece]) -> list[Piece]:
        """One question, its choices and their boxes; gives what is left of the row."""
        at = [i for i, p in enumerate(pieces) if p.kind is Kind.BOX]
        lead = [p for p in pieces[:at[0]] if p.kind is Kind.WORDS]
        asked = _QUESTION.match(lead[-1].text) if lead else None
        before = not lead or lead[-1].text.rstrip().endswith((":", "?"))
        if before:
            return self._boxes_before(row, pieces, at, lead)
        if not asked and len(lead[-1].text.split()) < 2:
            return [p for p in pieces if p.kind is not Kind.BOX]  # "đánh dấu □ vào ô": a sentence shows what to write
        self.flush()
        if asked:
            label, first_choice = asked.group(1), asked.group(2)
        else:
            numbered = _ITEM_NUMBER.match(lead[-1].text)
            label, first_choice = (numbered.group(1), numbered.group(2)) if numbered else ("", lead[-1].text)
        choices = [first_choice, *(p.text for p in pieces[at[0] + 1:at[-1]] if p.kind is Kind.WORDS)]
        entry = Entry(
            _label(label or first_choice), lead[-1].mark, lead[-1].bold, kind=FieldKind.TICKS, page=row.page,
            choices=[c.strip(" ,.;") for c in choices],
        )
        if not label:
            entry.doubts.append("tick_without_label")
        self.found.entries.append(entry)
        self.open = None
        return pieces[at[-1] + 1:]

    def _boxes_before(self, row: Row, pieces: list[Piece], at: list[int], lead: list[Piece]) -> list[Piece]:
        """"□ Không □ Có": each box belongs to the words behind it; rows of them below one another are one question."""
        if lead:
            self.flush()
            self.group = None
            self.pending = _Pending(lead[-1].text, lead[-1].mark, lead[-1].bold, False, False, row.page)
        if self.group is None or self.pending is not None:
            asked, self.pending = self.pending, None
            text = asked.text if asked else ""
            self.group = Entry(
                _label(text), asked.mark if asked else "", bool(asked and asked.bold), kind=FieldKind.TICKS,
                page=row.page, doubts=["box_before_words"] if text else ["box_before_words", "tick_without_label"],
            )
            self.found.entries.append(self.group)
        self.open = None
        for box, stop in zip(at, [*at[1:], len(pieces)], strict=True):
            words = [p.text for p in pieces[box + 1:stop] if p.kind is Kind.WORDS and fold(p.text, spaces=False)]
            if words:
                self.group.choices.append(words[0].strip(" ,;"))
        if not self.group.text and self.group.choices:
            self.group.text = self.group.choices[0]
        return []

    def grid(self, grid: Grid) -> None:
        self.flush()
        self.open = self.group = None
        if self.found.rows:
            self.found.tables += 1
            return
        self.found.rows = grid.rows
        for n, head in enumerate(grid.heads):
            entry = Entry(nfc(head), bold=True, same_line=n > 0, page=grid.page)
            if fold(head).strip(" .") not in _ORDER_COLUMN:
                entry.kind = FieldKind.TABLE
                if not head:
                    entry.doubts.append("column_without_head")
            self.found.entries.append(entry)

    def flush(self) -> None:
        """Words that got no answer are fixed text."""
        waiting, self.pending = self.pending, None
        if waiting is None or not fold(waiting.text, spaces=False):
            return
        self.open = None
        self.found.entries.append(
            Entry(nfc(waiting.text), waiting.mark, waiting.bold, waiting.same_line, page=waiting.page)
        )


def _is_place_and_date(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < 4 or pieces[0].kind is not Kind.LEADER or pieces[1].kind is not Kind.WORDS:
        return False
    return pieces[1].text.startswith(",") and fold(pieces[1].text).strip(" ,") == "ngay"


def _is_signed_at(entry: Entry) -> bool:
    """"Làm tại: ……" whose leader ran on to the next line."""
    return fold(entry.text).startswith("lam tai")


def _split(piece: Piece, inside: bool) -> list[Piece]:
    """"m²; sử dụng chung:" behind a leader is the unit of one answer and the label of the next."""
    if piece.kind is not Kind.WORDS or not inside:
        return [piece]
    parts = _PARTED.split(piece.text)
    parts = [p for p in parts if p.strip(" ;.")]
    if len(parts) < 2:
        return [Piece(piece.kind, piece.box, "".join(parts).lstrip("; "), piece.mark, piece.bold)]
    step = piece.box.width / len(parts)
    return [
        Piece(
            piece.kind, type(piece.box)(piece.box.left + i * step, piece.box.top, piece.box.right, piece.box.bottom),
            text, piece.mark if i == len(parts) - 1 else "", piece.bold,
        )
        for i, text in enumerate(parts)
    ]


def _goes_on(waiting: _Pending, text: str) -> bool:
    """A sentence that was broken at the line's end: it has no stop, and goes on small."""
    start = text.lstrip(" (“\"")[:1]
    return not _ENDS.search(waiting.text.rstrip()) and (start.islower() or (waiting.full and start.isdigit()))


def _is_addressed(waiting: _Pending) -> bool:
    """"Kính gửi:    Chủ tịch Ủy ban nhân dân xã ……": one label, however far its halves stand apart."""
    return fold(waiting.text).strip(" :") == "kinh gui"


def _asks(waiting: _Pending) -> bool:
    """Whether a leader on the line below is its answer: "(Ký, ghi rõ họ tên)" asks for nothing that is read."""
    if waiting.text.startswith("("):
        return False
    return waiting.text.rstrip().endswith((":", "?")) or bool(waiting.mark)


def _date_words(text: str, following: Sequence[Piece]) -> tuple[str, list[str]]:
    """"cấp ngày … tháng … năm": the label is "cấp", and "ngày" is printed inside the answer (templates/NOTES.md)."""
    after = next((p for p in following if p.kind is Kind.WORDS), None)
    match = re.match(r"^(.*\S)\s+(ngày)$", nfc(text), re.IGNORECASE)
    if match is None or after is None or fold(after.text).strip(" ,.") != "thang":
        return text, []
    rest = match.group(1)
    if len(fold(rest, spaces=False)) < 3 or fold(rest).strip(" -") == "sinh":
        return text, []  # too little to find the label by
    return rest, [match.group(2)]


def _label(text: str) -> str:
    """As printed, single spaces, no space before the colon."""
    return re.sub(r"\s+([:;,.?])", r"\1", nfc(text)).rstrip("( ")
