"""Addresses to dated units: certain answers, candidates for split wards, and nothing guessed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.vietnam import lists, places, units
from digitizer.vietnam.text import fold

HANOI_UNITS = [u for u in units.units().values() if u.province_code == units.HANOI]


def test_tables_are_whole() -> None:
    assert len(HANOI_UNITS) == 126
    assert sum(u.kind == "Phường" for u in HANOI_UNITS) == 51
    assert len(units.units()) == 3321
    assert len(units.provinces()) == 34
    assert len(units.birth_provinces()) == 63
    assert {u.province_code for u in units.units().values()} == {p.code for p in units.provinces()}
    assert all(code in units.units() for w in units.old_wards() for code in w.successors)


def test_hanoi_names_differ_without_marks() -> None:
    assert len({fold(u.name, spaces=False) for u in HANOI_UNITS}) == 126


@given(st.sampled_from(HANOI_UNITS), st.sampled_from([
    "Số 5, {kind} {name}, thành phố Hà Nội", "{kind} {name}, Hà Nội", "{kind} {name}, TP. Hà Nội",
    "thôn 3, {kind} {name}, TP Hà Nội", "12 Hàng Than {kind} {name} thành phố Hà Nội", "{kind} {name}, tp Hà Nội.",
]), st.sampled_from([str, str.upper, str.lower]))
@settings(max_examples=150, deadline=None)
def test_every_unit_of_hanoi_in_every_manner(unit: units.Unit, manner: str, case: object) -> None:
    written = case(manner.format(kind=unit.kind, name=unit.name))  # type: ignore[operator]
    place = places.parse_address(written)
    assert (place.province_code, place.unit, place.levels) == ("01", unit, 2)


@pytest.mark.parametrize(("written", "code"), [
    ("P. Láng, Hà Nội", "00199"),
    ("P.Giảng Võ, TP.HN", "00025"),
    ("Phuong Cua Nam, Ha Noi", "00082"),
    ("xã Tân Yên, tỉnh Bắc Ninh", "07339"),
    ("phường Trúc Bạch, quận Ba Đình, thành phố Hà Nội", "00004"),  # taken over whole
    ("P.Trúc Bạch, Q.Ba Đình, TP.Hà Nội", "00004"),
    ("Bệnh viện Phụ sản Hà Nội, phường Ngọc Hà, thành phố Hà Nội", "00008"),
])
def test_certain(written: str, code: str) -> None:
    place = places.parse_address(written)
    assert place.unit is not None
    assert place.unit.code == code


@pytest.mark.parametrize(("written", "candidates"), [
    ("phường Láng Hạ, quận Đống Đa, thành phố Hà Nội", {"Giảng Võ", "Láng", "Đống Đa"}),
    ("Láng Hạ, Đống Đa, Hà Nội", {"Giảng Võ", "Láng", "Đống Đa"}),
    ("phường Láng Hạ, Hà Nội", {"Giảng Võ", "Láng", "Đống Đa"}),
    ("Đống Đa, Hà Nội", {"Đống Đa"}),  # the old district or the new ward
    ("xã Giảng Võ, Hà Nội", {"Giảng Võ"}),  # there is only a phường
])
def test_candidates_and_no_guess(written: str, candidates: set[str]) -> None:
    place = places.parse_address(written)
    assert place.unit is None
    assert place.province_code == "01"
    assert {u.name for u in place.candidates} == candidates


@given(st.sampled_from([w for w in units.old_wards() if len(w.successors) > 1]))
@settings(max_examples=100, deadline=None)
def test_no_split_ward_is_guessed(ward: units.OldWard) -> None:
    written = f"{ward.kind} {ward.name}, {ward.district_kind} {ward.district}, {ward.province}"
    place = places.parse_address(written)
    assert place.levels == 3
    assert place.unit is None
    assert {u.code for u in place.candidates} in (set(ward.successors), set())


def test_old_addresses_of_the_whole_country_lead_to_the_units_of_today() -> None:
    """Of 10,035 communes four have names that clash; none leads to a unit that did not take it."""
    lost = 0
    for ward in units.old_wards():
        place = places.parse_address(f"{ward.kind} {ward.name}, {ward.district_kind} {ward.district}, {ward.province}")
        got = {place.unit.code} if place.unit else {u.code for u in place.candidates}
        assert place.unit is None or got == set(ward.successors)
        lost += not got >= set(ward.successors)
    assert lost <= 4


@pytest.mark.parametrize(("written", "units_of_today"), [
    ("thôn 3, xã Yên Mỹ, huyện Ý Yên, Nam Định", {"Xã Vũ Dương"}),
    ("Phường 5, Quận 3, TP.HCM", {"Phường Bàn Cờ"}),
    ("P.12 Q.Gò Vấp TP HCM", {"Phường An Hội Tây"}),
    ("phường Đông Hải, TP. Phan Rang - Tháp Chàm, Ninh Thuận", {"Phường Đông Hải", "Xã Phước Dinh"}),
    ("xã Yên My, huyện Ý Yên, Nam Định", {"Xã Vũ Dương"}),  # a mark is missing: to be looked at
])
def test_three_levels_outside_hanoi(written: str, units_of_today: set[str]) -> None:
    place = places.parse_address(written)
    found = {place.unit.full_name} if place.unit else {u.full_name for u in place.candidates}
    assert (place.levels, found) == (3, units_of_today)
    assert (place.unit is not None) == (len(found) == 1 and "Yên My," not in written)


@pytest.mark.parametrize(("written", "province"), [
    ("Hà Nội", "01"), ("Nam Định", "37"), ("tỉnh Bắc Giang", "24"), ("TP.HCM", "79"), ("Bà Rịa - Vũng Tàu", "79"),
    ("xã Nghĩa Hưng, huyện Nghĩa Hưng, tỉnh Nam Định", "37"), ("Thừa Thiên Huế", "46"),
])
def test_provinces_of_both_eras(written: str, province: str) -> None:
    place = places.parse_address(written)
    assert place.province_code == province
    assert place.unit is None


@pytest.mark.parametrize("written", ["", "...", "không rõ", "Paris, Pháp", "số 5 ngõ 7"])
def test_unknown_places(written: str) -> None:
    place = places.parse_address(written)
    assert (place.province_code, place.unit, place.candidates) == (None, None, ())


def test_wire_form() -> None:
    value = places.address_value(places.parse_address("phường Láng Hạ, quận Đống Đa, Hà Nội"))
    assert value["as_written"] == "phường Láng Hạ, quận Đống Đa, Hà Nội"
    assert value["unit_code"] is None
    assert {"unit_code": "00199", "unit_name": "Phường Láng"} in value["candidates"]  # type: ignore[operator]


@pytest.mark.parametrize(("read", "meant"), [
    ("Số 12 ngõ 5, phương Giẳng Vo, thành phố Hà Nôi", "Số 12 ngõ 5, phường Giảng Võ, thành phố Hà Nội"),
    ("phường Lang Ha, quân Đống Da, thành phố Hà Nội", "phường Láng Hạ, quận Đống Đa, thành phố Hà Nội"),
    ("PHƯƠNG GIANG VÕ, THÀNH PHỐ HÀ NÔI", "PHƯỜNG GIẢNG VÕ, THÀNH PHỐ HÀ NỘI"),
    ("12 phố Hàng Bông, Hoan Kiếm, Hà Nội", "12 phố Hàng Bông, Hoàn Kiếm, Hà Nội"),
    ("phường Nghĩo Đô, Hà Nội", "phường Nghĩa Đô, Hà Nội"),
    ("xã Thach Thât, Ha Nội", "xã Thạch Thất, Hà Nội"),
    # left alone: a street, an ambiguous name, a spelling of its own, an unknown village
    ("Số 5 đường Lang, phường Láng, Hà Nội", "Số 5 đường Lang, phường Láng, Hà Nội"),
    ("phường Xuân Đinh, Hà Nội", "phường Xuân Đinh, Hà Nội"),
    ("Phường Yên Hoà, Hà Nội", "Phường Yên Hoà, Hà Nội"),
    ("Hàng Bè, Hoàn Kiếm, Hà Nội", "Hàng Bè, Hoàn Kiếm, Hà Nội"),
    ("Thôn Phú Xá, xã Mường Bám, Sơn La", "Thôn Phú Xá, xã Mường Bám, Sơn La"),
])
def test_repair_of_readings(read: str, meant: str) -> None:
    assert lists.snap(read, "address") == meant


@given(st.sampled_from(HANOI_UNITS))
@settings(max_examples=126, deadline=None)
def test_repair_leaves_right_readings_alone(unit: units.Unit) -> None:
    for written in (f"Số 7, {unit.full_name}, thành phố Hà Nội", f"{unit.full_name.lower()}, hà nội"):
        assert lists.snap(written, "address") == written
