"""Body lines to printed things in order: takes rows and tables, gives Entries, each a label with its kind of answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from digitizer.drafting.sheet import EM_PX, Grid, Kind, Piece, Row
from digitizer.template import FieldKind
from digitizer.vietnam.text import fold, nfc

_FAR = 4.0  # letter sizes: dots farther from words that ask nothing belong to a signature beside them
_INNER = {"ngay", "thang", "nam", "gio", "phut", "phut ngay", "gio ngay", "/"}
_COMMAS = ",\"„“'"  # an engine takes a comma at a dotted line's end for a quotation mark
_ENDS = re.compile(r"[.:;?!)…]$")
_QUESTION = re.compile(r"^(.*[:?])\s*(\S.*)$")
_HEADED = re.compile(r"^(.{12,}:)\s+([A-ZĐ][^:]*:)$")
_ITEM_NUMBER = re.compile(r"^([a-zđ]\)|\d+(?:\.\d+)*[.)])\s*(\S.*)$", re.IGNORECASE)
_NOT_ASKED = {"tt", "stt", "so tt", "so thu tu", "chu ky", "ky ten"}  # columns for a number that is printed, or a hand
_PARTED = re.compile(  # a unit from the label behind it
    r"(?<=[\w²³%)]);\s*|(?<=[²³%]),\s*|^(?:tầng|bản|người|đồng),\s*|(?<=\w\w)\.\s+(?=[A-ZĐÀ-Ỹ])"
)
_COLUMN = 3.0  # letter sizes between what stands side by side and does not belong together
_RIGHT_PX = 1100.0  # a date that begins farther right stands over a signature
_CHOICE = re.compile(r"^(.{2,}?)\s*(?:[;,]\s*(?=[A-ZĐÀ-Ỹ])|(?=\())(\S.*[:\w])$")
_SHOWN = re.compile(r"\s*\([^()]*(?:đánh dấu[^()]*\)?|$)")  # how to tick it, or an aside that the line's end cuts off
_PAGE_NUMBER = re.compile(r"^\W*\d{1,3}\W*$")


@dataclass(slots=True)
class Entry:
    """kind None: fixed text. doubts: codes of what is not certain about it. table: number of the table that a column
    belongs to, from 1; rows: its printed rows. column: the head over a column of a table whose first holds the labels;
    ticked: of such a label, its row is for marks."""

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
    box_first: bool = False
    table: int = 0
    rows: int = 0
    column: bool = False
    ticked: bool = False
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
    """entries in printed order; head: answers above the title. loose: leaders without a label; columns: rows of
    signature columns left out; tables: how many there are."""

    entries: list[Entry] = field(default_factory=list)
    head: list[Entry] = field(default_factory=list)
    loose: int = 0
    columns: int = 0
    tables: int = 0


def entries_of(body: Sequence[Row | Grid], head: Sequence[Row] = ()) -> Found:
    """head: what stands above the title; of it only answers count."""
    above = _Walker()
    for row in head:
        above.row(row)
    above.flush()
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
    walker.found.head = [entry for entry in above.found.entries if entry.kind]
    return walker.found


def _is_signature_columns(row: Row) -> bool:
    """Several date lines side by side stand over signatures, and nobody reads them."""
    return sum(fold(p.text).lstrip(" ,.").startswith("thang") for p in row.pieces if p.kind is Kind.WORDS) > 1


class _Walker:
    """Goes through the pieces in reading order and remembers which words wait for an answer and which answer may go
    on."""

    def __init__(self) -> None:
        self.found = Found()
        self.pending: _Pending | None = None
        self.open: Entry | None = None  # the leader answer that more leaders would belong to
        self.group: Entry | None = None  # the tick answer that more boxes would belong to
        self.tail: Entry | None = None  # the tick answer whose last words may go on below

    def row(self, row: Row) -> None:
        pieces = [q for i, p in enumerate(row.pieces) for q in _split(p, i > 0)]
        whole = len(pieces)  # as many are left when the row begins with something to look at
        tail, self.tail = self.tail, None
        at = next((i for i, p in enumerate(pieces) if p.kind is Kind.BOX), None)
        if at is not None:
            asked = max((i for i in range(at) if pieces[i].kind is Kind.WORDS), default=at)
            self.walk(row, pieces[:asked], True)
            pieces = self.ticks(row, pieces[asked:], asked == 0)
        elif tail is not None and _is_rest(pieces[0]):
            _lengthen(tail, pieces.pop(0).text)
            self.group = None
        else:
            self.group = None
        if not row.full:
            self.tail = None
        self.walk(row, pieces, len(pieces) == whole)

    def walk(self, row: Row, pieces: list[Piece], begins: bool) -> None:
        """begins: the pieces stand at the row's beginning."""
        dated = _date_at(pieces, self.open)
        if dated is not None:
            self.walk(row, pieces[:dated], begins)
            self.signed(row, pieces[dated + 1], dated > 0)
            pieces, begins = pieces[dated + 2:], False
        for i, piece in enumerate(pieces):
            first = i == 0 and begins
            if piece.kind is Kind.WORDS:
                self.words(row, piece, pieces[i + 1:], first)
            elif piece.kind is Kind.LEADER:
                self.leader(piece, pieces[i + 1:], first)
            elif piece.kind is Kind.COMB:
                self.comb(piece)

    def signed(self, row: Row, piece: Piece, same_line: bool) -> None:
        """"……, ngày … tháng … năm …" over a signature: the place has no label, so that only the date can be found."""
        self.flush()
        self.open = Entry(
            _label(piece.text).lstrip(", "), same_line=same_line, kind=FieldKind.LEADERS, page=row.page,
            doubts=["place_without_label"],
        )
        self.found.entries.append(self.open)

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
            self.open.inner.extend("/" * piece.text.count("/"))
        return True

    def inner(self, piece: Piece, following: Sequence[Piece], first: bool) -> bool:
        """Whether the words stand inside the open answer ("tháng", "năm"); then they are taken into it."""
        assert self.open is not None
        key = " ".join(fold(piece.text).replace(",", " ").split()).strip(" ." + _COMMAS)
        leads_on = not following or following[0].kind is Kind.LEADER
        if key == "thang nam":  # the dots between them were not seen
            self.open.inner.extend(piece.text.strip(" .").split())
            return True
        if key not in _INNER or not leads_on or "ằ" in nfc(piece.text):  # "nằm": places to lie in a vehicle
            return False
        begins_date = key == "ngay" and not self.open.inner
        comma = piece.text[0] in _COMMAS
        if begins_date and (first or not comma):
            return False  # "tại …… ngày …": a date of its own
        self.open.inner.append(f", {piece.text.lstrip(_COMMAS + ' ')}" if comma else piece.text.strip(" ."))
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

    def ticks(self, row: Row, pieces: list[Piece], first: bool) -> list[Piece]:
        """One question, its choices and their boxes; gives what is left of the row."""
        at = [i for i, p in enumerate(pieces) if p.kind is Kind.BOX]
        lead = [p for p in pieces[:at[0]] if p.kind is Kind.WORDS]
        lone = len(at) == 1 and not any(p.kind is Kind.WORDS for p in pieces[at[0] + 1:])
        if not lead or (lead[-1].text.rstrip().endswith((":", "?")) and not lone):
            return self._boxes_before(row, pieces, lead, first)
        asked = _QUESTION.match(lead[-1].text)
        if not asked and len(lead[-1].text.split()) < 2:
            return [p for p in pieces if p.kind is not Kind.BOX]  # "đánh dấu □ vào ô": a sentence shows what to write
        numbered = _ITEM_NUMBER.match(lead[-1].text)
        if len(at) == 1 and not asked:
            self.flush()
            self.box(lead[-1].text, row, not first, before=False)
            return pieces[at[0] + 1:]
        self.flush()
        if asked:
            label, first_choice = asked.group(1), asked.group(2)
        else:
            label, first_choice = (numbered.group(1), numbered.group(2)) if numbered else ("", lead[-1].text)
        choices = [first_choice, *(p.text for p in pieces[at[0] + 1:at[-1]] if p.kind is Kind.WORDS)]
        entry = Entry(
            _label(label or first_choice), lead[-1].mark, lead[-1].bold, not first, FieldKind.TICKS, page=row.page,
            choices=[c.strip(" ,.;") for c in choices],
        )
        if not label:
            entry.doubts.append("tick_without_label")
        self.found.entries.append(entry)
        self.open = None
        return pieces[at[-1] + 1:]

    def box(self, text: str, row: Row, same_line: bool, before: bool = True) -> None:
        """One box that no question stands before: its words are the question."""
        self.flush()
        self.open = self.group = None
        self.tail = Entry(
            _label(_SHOWN.sub("", text)), same_line=same_line, kind=FieldKind.TICKS, box_first=before, page=row.page,
        )
        self.found.entries.append(self.tail)

    def _boxes_before(self, row: Row, pieces: list[Piece], lead: list[Piece], first: bool) -> list[Piece]:
        """"□ Không □ Có": each box belongs to the words behind it; rows of them below one another are one question."""
        if lead:
            self.flush()
            self.group = None
            self.pending = _Pending(lead[-1].text, lead[-1].mark, lead[-1].bold, not first, False, row.page)
        at = [i for i, p in enumerate(pieces) if p.kind is Kind.BOX]
        for box, stop in zip(at, [*at[1:], len(pieces)], strict=True):
            behind = [p for p in pieces[box + 1:stop] if p.kind is not Kind.WORDS or fold(p.text, spaces=False)]
            if not behind or behind[0].kind is not Kind.WORDS:
                self.found.loose += len(behind)
                continue
            choice, rest = _choice(behind)
            if rest and not lead and self.group is None:
                self.flush()  # "□ Chưa đi học (Lý do: ……)": a question of its own, whatever stands above
            self.choice(choice, row, box > 0)
            if rest:
                self.walk(row, rest, False)
                self.group = self.tail = None
        return []

    def choice(self, text: str, row: Row, same_line: bool) -> None:
        """Words behind a box: an answer to the question that waits or is open, else a question of their own."""
        waiting, self.pending = self.pending, None
        if waiting is not None:
            self.group = Entry(
                _label(waiting.text), waiting.mark, waiting.bold, waiting.same_line, FieldKind.TICKS, box_first=True,
                page=waiting.page,
            )
            self.found.entries.append(self.group)
        if self.group is None:
            self.box(text, row, same_line)
            return
        self.open, self.tail = None, self.group
        self.group.choices.append(text.strip(" ,.;:"))

    def grid(self, grid: Grid) -> None:
        self.flush()
        self.open = self.group = None
        if grid.labels:
            self.labels(grid)
            return
        self.found.tables += 1
        for n, head in enumerate(grid.heads):
            entry = Entry(nfc(head), bold=True, same_line=n > 0, page=grid.page)
            if fold(head).strip(" .") not in _NOT_ASKED:
                entry.kind, entry.table, entry.rows = FieldKind.TABLE, self.found.tables, grid.rows
                if not head:
                    entry.doubts.append("column_without_head")
            self.found.entries.append(entry)

    def labels(self, grid: Grid) -> None:
        """A table whose first column holds the labels; on the next page it goes on without its heads."""
        last = self.found.entries[-1] if self.found.entries else None
        going_on = last is not None and last.kind is FieldKind.ROW
        if not grid.heads and not going_on:
            self.found.loose += len(grid.labels)
            return
        for n, head in enumerate(grid.heads):
            self.found.entries.append(Entry(nfc(head), bold=True, same_line=n > 0, column=n > 0, page=grid.page))
        for n, label in enumerate(grid.labels):
            if n == 0 and not grid.heads and last and label[:1].islower():
                last.text = f"{last.text} {nfc(label)}"  # a row that the page's end cuts
                continue
            self.found.entries.append(
                Entry(_label(label), kind=FieldKind.ROW, ticked=grid.ticked, page=grid.page)
            )

    def flush(self) -> None:
        """Words that got no answer are fixed text."""
        waiting, self.pending = self.pending, None
        if waiting is None or not fold(waiting.text, spaces=False):
            return
        self.open = None
        self.found.entries.append(
            Entry(nfc(waiting.text), waiting.mark, waiting.bold, waiting.same_line, page=waiting.page)
        )


def _date_at(pieces: Sequence[Piece], waiting: Entry | None) -> int | None:
    """Where "……, ngày … tháng …" begins over a signature, in a column of its own; None where the row has none, or where
    it is the end of an answer that ran on to this line."""
    for i, (place, word) in enumerate(pairwise(pieces)):
        apart = i == 0 or place.box.left - pieces[i - 1].box.right > _COLUMN * EM_PX
        if not apart or place.kind is not Kind.LEADER or fold(word.text).strip(" ,") != "ngay":
            continue
        months = any(fold(p.text).strip(" ,") == "thang" for p in pieces[i + 2:i + 4])
        if i == 0 and waiting is not None and fold(waiting.text).startswith("lam tai"):
            return None
        if months and (word.text.startswith(",") or i > 0 or place.box.left > _RIGHT_PX):
            return i
    return None


def _choice(behind: Sequence[Piece]) -> tuple[str, list[Piece]]:
    """(the words that a box belongs to, what else stands behind it): "Việt Nam; Quốc tịch khác: ……" is a choice and a
    label, and so is "Chưa đi học (Lý do: ……)"."""
    words, rest = behind[0], list(behind[1:])
    if not rest or rest[0].kind is Kind.WORDS:
        return words.text, rest
    parted = _CHOICE.match(nfc(words.text))
    if parted is None:
        return words.text, []
    middle = words.box.left + words.box.width * len(parted.group(1)) / len(words.text)
    label = replace(words, text=parted.group(2), box=replace(words.box, left=middle))
    return parted.group(1), [label, *rest]


def _is_rest(piece: Piece) -> bool:
    """Whether a line may go on with the words that a box stands at."""
    return piece.kind is Kind.WORDS and piece.text[:1].islower() and not _ITEM_NUMBER.match(piece.text)


def _lengthen(tick: Entry, text: str) -> None:
    """The words of a box go on in the next line."""
    if tick.choices:
        tick.choices[-1] = f"{tick.choices[-1]} {text.strip(' ,.;:')}"
    elif "(" not in text and ")" not in text:
        tick.text = f"{tick.text} {text}"


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
    return waiting.text.rstrip().endswith((":", "?")) or bool(waiting.mark) or (waiting.same_line and waiting.full)


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
