"""Dates in digits and in words: what is written is understood, nothing is made up, impossible dates are refused."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import dates
from digitizer.vietnam.dates import PartialDate

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))


@pytest.mark.parametrize(("written", "iso"), [
    ("25/08/1981", "1981-08-25"),
    ("25/8/1981", "1981-08-25"),
    ("25.08.1981", "1981-08-25"),
    ("25-08-1981", "1981-08-25"),
    ("25 08 1981", "1981-08-25"),
    ("25081981", "1981-08-25"),
    ("ngày 25 tháng 8 năm 1981", "1981-08-25"),
    ("Ngày 05 tháng 01 năm 2020", "2020-01-05"),
    ("ngay 29 thang 6 nam 2019", "2019-06-29"),
    ("ngày .25.. tháng ..8... năm 1981....", "1981-08-25"),
    ("25 tháng 8 năm 1981", "1981-08-25"),
    ("ngày25tháng8năm1981", "1981-08-25"),
    ("2 5 / 0 8 / 1 9 8 1", "1981-08-25"),
    ("25/ 08 /1981.", "1981-08-25"),
    ("Sinh ngày: 25/08/1981", "1981-08-25"),
    ("ngày mồng 5 tháng 3 năm 2021", "2021-03-05"),
    ("08/1981", "1981-08"),
    ("tháng 8 năm 1981", "1981-08"),
    ("ngày ... tháng 8 năm 1981", "1981-08"),
    ("1981", "1981"),
    ("năm 1981", "1981"),
    ("1 9 8 1", "1981"),
    ("/ /1981", "1981"),
    ("ngày … tháng … năm 1962", "1962"),
])
def test_manners_of_writing(written: str, iso: str) -> None:
    found = dates.parse_date(written)
    assert found is not None
    assert found.iso == iso


@pytest.mark.parametrize("written", [
    "", "...", "42/01/1981", "25/19/1981", "31/04/2020", "29/02/2021", "00/08/1981", "25/08/81", "25//1981",
    "25/08/1981/3", "25/08/3981", "hôm qua", "25/08/1981 tại Hà Nội", "1234567", "25//1981",
])
def test_refused(written: str) -> None:
    assert dates.parse_date(written) is None


@given(DAYS, st.sampled_from(["{d}/{m}/{y}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d:02}-{m:02}-{y}",
                              "ngày {d:02} tháng {m} năm {y}", "{d} tháng {m} năm {y}", "ngày {d}/{m}/{y}."]))
@settings(max_examples=100, deadline=None)
def test_every_day_in_every_manner(day: datetime.date, manner: str) -> None:
    found = dates.parse_date(manner.format(d=day.day, m=day.month, y=day.year))
    assert found is not None
    assert found.iso == day.isoformat()
    assert dates.from_iso(found.iso) == found


@given(st.text(alphabet="0123456789/.- ngàythnăm", max_size=24))
@settings(max_examples=200, deadline=None)
def test_nothing_is_made_up(written: str) -> None:
    """Every digit group of the value stands in the text: no day or month out of nothing."""
    found = dates.parse_date(written)
    if found is not None:
        digits = "".join(c for c in written if c.isdigit())
        assert f"{found.year}" in digits
        for part in (found.month, found.day):
            assert part is None or str(part) in digits


@given(DAYS)
@settings(max_examples=100, deadline=None)
def test_words_and_back(day: datetime.date) -> None:
    when = PartialDate(day.year, day.month, day.day)
    words = dates.date_in_words(when)
    assert dates.parse_date_in_words(words) == when
    assert dates.snap_words(words) == words


@pytest.mark.parametrize(("words", "iso"), [
    ("Ngày mười lăm tháng ba năm hai nghìn hai mươi sáu", "2026-03-15"),
    ("mười lăm tháng ba năm hai nghìn không trăm hai mươi sáu", "2026-03-15"),
    ("ngày năm tháng năm năm hai nghìn linh năm", "2005-05-05"),
    ("Mồng một tháng giêng năm một nghìn chín trăm tám mươi mốt", "1981-01-01"),
    ("ngày hai mươi mốt tháng chạp năm một chín bảy bốn", "1974-12-21"),
    ("ngày ba mốt tháng mười năm hai ngàn", None),  # 'ba mốt' leaves out 'mươi': not taken for 31
    ("tháng tư năm một nghìn chín trăm chín mươi tư", "1994-04"),
    ("Năm một nghìn chín trăm sáu mươi hai", "1962"),
    ("ngày ba mươi mốt tháng tư năm hai nghìn", None),
    ("Nguyễn Văn A", None),
])
def test_words(words: str, iso: str | None) -> None:
    found = dates.parse_date_in_words(words)
    assert (found and found.iso) == iso


def test_misread_marks_of_words_are_repaired() -> None:
    read = "Ngay mươi lăm thang ba năm hai nghin không trăm hai mười sau"
    assert dates.snap_words(read) == "Ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi sáu"
    assert dates.snap_words("không rõ") is None


@pytest.mark.parametrize(("written", "iso"), [
    ("08 giờ 30 phút, ngày 15 tháng 3 năm 2026", "2026-03-15T08:30"),
    ("8 giờ phút, ngày 15 tháng 3 năm 2026", "2026-03-15T08"),
    ("8h30 ngày 15/3/2026", "2026-03-15T08:30"),
    ("08:30, 15/3/2026", "2026-03-15T08:30"),
    ("... giờ ... phút, ngày 15 tháng 3 năm 2026", "2026-03-15"),
    ("giờ phút, ngày 15 tháng 3 năm 2026", "2026-03-15"),
    ("ngày 15 tháng 3 năm 2026", "2026-03-15"),
    ("25 giờ 30 phút, ngày 15 tháng 3 năm 2026", None),
    ("08 giờ 75 phút, ngày 15 tháng 3 năm 2026", None),
    ("08 giờ 30 phút", None),
])
def test_time_of_death(written: str, iso: str | None) -> None:
    assert dates.parse_datetime(written) == iso


def test_place_and_date() -> None:
    place, when = dates.split_place_and_date("Hà Nội, ngày 05 tháng 11 năm 2026")
    assert (place, when and when.iso) == ("Hà Nội", "2026-11-05")
    assert dates.split_place_and_date("Phường Láng") == ("Phường Láng", None)


def test_agreement_at_the_common_precision() -> None:
    assert PartialDate(1981).agrees(PartialDate(1981, 8, 25))
    assert not PartialDate(1981, 7).agrees(PartialDate(1981, 8, 25))
