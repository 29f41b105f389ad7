"""A template file to its faults: takes the path of a template.yaml, gives one sentence for each thing that is wrong.

What `parse_template` refuses is only the first fault of a file; a person who writes one wants to hear all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from digitizer.errors import UsageError
from digitizer.template import (
    FieldKind,
    FieldSpec,
    FieldType,
    Item,
    Layout,
    Signatory,
    Template,
    parse_template,
    places_of,
)
from digitizer.vietnam.text import fold

_ID = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*$")
_ROW_ID = re.compile(r"^[a-z][a-z0-9_]*\[n\]\.[a-z][a-z0-9_]*$")
_CELL_ID = re.compile(r"^\[column\]\.[a-z][a-z0-9_]*$")
_LIKE = {_ID: "subject.full_name", _ROW_ID: "members[n].full_name", _CELL_ID: "[column].full_name"}
FORM_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_MARK = re.compile(r"^\(?(\d{1,2})\)?$")
_NEEDED = {"id": str, "edition": str, "titles": list, "regulation": str, "valid_from": date, "items": list}
_OTHERS = {"valid_to": date, "form_code": str, "layout": str, "procedure_codes": list, "rows": int, "notes": list}
_KINDS = {str: "text", list: "a list", int: "a number", date: "a date such as 2025-07-01", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Fault:
    """where: "item 12" or a field id, '' for the file as a whole. warning: it works, but deserves a look."""

    code: str
    message: str
    where: str = ""
    warning: bool = False


def check_file(path: Path) -> tuple[tuple[Fault, ...], Template | None]:
    """(faults, the template where it can be used). Raises UsageError for what is no readable YAML file."""
    data = _load(path)
    faults = [*_file(data), *_where_it_lies(path, data)]
    items = data.get("items")
    if isinstance(items, list):
        faults.extend(_items([i for i in items if isinstance(i, dict)], data))
        faults.extend(Fault("not_an_item", f"item {n} is no mapping with a text", f"item {n}")
                      for n, i in enumerate(items, 1) if not isinstance(i, dict))
    template = None
    if not any(not f.warning for f in faults):
        try:
            template = parse_template(data, path.name)
        except UsageError as error:  # nothing above saw it: the sentence of the parser is better than none
            faults.append(Fault("not_parsed", error.detail))
    return tuple(faults), template


def _load(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise UsageError(f"{path.name} is no YAML{place}: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict):
        raise UsageError(f"{path.name} holds no template: it must begin with keys such as id: and items:")
    return data


def _file(data: dict[str, Any]) -> Iterator[Fault]:
    for key in data.keys() - _NEEDED.keys() - _OTHERS.keys():
        yield Fault("unknown_key", f"there is no key {key!r} in a template; remove it or correct its spelling")
    for key, kind in {**_NEEDED, **_OTHERS}.items():
        if key not in data:
            if key in _NEEDED:
                yield Fault("missing_key", f"the key {key!r} is missing; every template needs it")
        elif not isinstance(data[key], kind) or (kind is int and isinstance(data[key], bool)):
            yield Fault("wrong_value", f"{key} must be {_KINDS[kind]}, not {data[key]!r}")
    if not [t for t in _list(data, "titles") if str(t).strip()]:
        yield Fault("no_title", "titles is empty; a page is recognised by its title")
    name = data.get("id")
    if isinstance(name, str) and not FORM_ID.match(name):
        yield Fault("bad_form_id", f"the form id {name!r} must be small letters, digits and hyphens, such as khai-sinh")
    start, end = data.get("valid_from"), data.get("valid_to")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        yield Fault("dates_reversed", f"valid_to {end} is before valid_from {start}")
    if isinstance(start, date) and start.year < 1945:
        yield Fault("date_too_early", f"valid_from {start} cannot be right")
    if data.get("regulation") == "":
        yield Fault("no_regulation", "regulation is empty; name the circular or decree that prescribes the form",
                    warning=True)


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _where_it_lies(path: Path, data: dict[str, Any]) -> Iterator[Fault]:
    """Folder names are the form's id and edition, so that a file is found by what `digitizer forms` shows."""
    if path.name != "template.yaml":
        return
    full = path.resolve()
    if (full.parent.parent.name, full.parent.name) != (data.get("id"), data.get("edition")):
        yield Fault("other_folder", f"the file should lie in {data.get('id')}/{data.get('edition')}/", warning=True)


def _items(items: list[dict[str, Any]], data: dict[str, Any]) -> Iterator[Fault]:
    specs = []
    for number, item in enumerate(items, start=1):
        where = f"item {number}"
        unlabelled = data.get("layout") in (Layout.CARD, Layout.LETTER) and item.get("text") == ""
        yield from (f for f in _item(item, where) if not (unlabelled and f.code == "empty_label"))
        spec = item.get("field")
        if isinstance(spec, dict):
            name = str(spec.get("id", where))
            specs.append(spec)
            yield from _field(spec, name, _list(data, "titles"))
        elif spec is not None:
            yield Fault("wrong_value", f"{where}: field must be a mapping with id and type", where)
        struck = item.get("alternatives")
        if isinstance(struck, dict):
            specs.append(struck)
            yield from _alternatives(struck, str(struck.get("id", where)), str(item.get("text")))
        elif struck is not None:
            yield Fault("wrong_value", f"{where}: alternatives must be a mapping with id and choices", where)
    for name, count in Counter(str(s.get("id")) for s in specs).items():
        if count > 1:
            yield Fault("duplicate_id", f"{count} fields are called {name!r}; each needs an id of its own", name)
    if not specs:
        yield Fault("no_fields", "no item has a field, so nothing would be read")
    yield from _table(items, data)
    yield from _marks(items, data)
    yield from _titles(items, data)


def _item(item: dict[str, Any], where: str) -> Iterator[Fault]:
    for key in item.keys() - ({f.name for f in fields(Item)} - {"cells"}):
        yield Fault("unknown_key", f"{where}: there is no key {key!r} in an item", where)
    text = item.get("text")
    if not isinstance(text, str):
        yield Fault("no_text", f"{where} has no text: what is printed there?", where)
    elif not fold(text, spaces=False):
        yield Fault("empty_label", f"{where}: the text {text!r} has no letters, so it cannot be found on paper", where)
    elif item.get("field") and len(fold(text, spaces=False)) < 2:
        yield Fault("short_label", f"{where}: {text!r} is so short that it is found in many places", where, True)
    booleans = dict.fromkeys(("same_line", "bold", "new_page"), bool)
    for key, kind in {**booleans, "footnote": str, "column": str, "variants": list}.items():
        if key in item and not isinstance(item[key], kind):
            yield Fault("wrong_value", f"{where}: {key} must be {_KINDS[kind]}, not {item[key]!r}", where)


    role = item.get("signature")
    if role is not None and role not in [s.value for s in Signatory]:
        names = ", ".join(s.value for s in Signatory)
        yield Fault("unknown_value", f"{where}: nobody signs as {role!r}; there are: {names}", where)


def _field(spec: dict[str, Any], name: str, titles: list[Any]) -> Iterator[Fault]:
    for key in spec.keys() - {f.name for f in fields(FieldSpec)}:
        yield Fault("unknown_key", f"{name}: there is no key {key!r} in a field", name)
    kind = spec.get("kind", FieldKind.LEADERS.value)
    of_columns = kind == FieldKind.ROW.value and spec.get("type") != FieldType.TICK.value
    pattern = _ROW_ID if kind == FieldKind.TABLE.value else _CELL_ID if of_columns else _ID
    if not isinstance(spec.get("id"), str):
        yield Fault("no_id", f"{name}: the field has no id", name)
    elif not pattern.match(spec["id"]):
        wanted = _LIKE[pattern]
        yield Fault("bad_id", f"{name!r} is no field id; it must look like {wanted}", name)
    for key, known in (("type", FieldType), ("kind", FieldKind)):
        value = spec.get(key)
        if key == "type" and value is None:
            yield Fault("no_type", f"{name}: the field has no type", name)
        elif value is not None and value not in {str(k.value) for k in known}:
            names = ", ".join(str(k.value) for k in known)
            yield Fault("unknown_value", f"{name}: there is no {key} {value!r}; there are: {names}", name)
    yield from _numbers(spec, name)
    yield from _words(spec, name, str(kind))


def _alternatives(spec: dict[str, Any], name: str, text: str) -> Iterator[Fault]:
    """Words of the label itself, of which all but one are struck out."""
    if "kind" in spec:
        yield Fault("kind_of_alternatives", f"{name}: alternatives are a kind of their own; leave out kind", name)
    whole = {"type": FieldType.TICK.value, **spec, "kind": FieldKind.ALTERNATIVES.value}
    yield from _field(whole, name, [])
    choices, values = spec.get("choices"), spec.get("values", [])
    if not isinstance(choices, list) or len(choices) < 2:
        yield Fault("few_alternatives", f"{name}: choices must list the two or more printed alternatives", name)
    elif all(isinstance(choice, str) for choice in choices) and not places_of(choices, text):
        yield Fault("alternative_not_printed", f"{name}: {choices!r} do not stand in {text!r} in this order", name)
    if not isinstance(values, list) or len(values) not in (0, len(choices if isinstance(choices, list) else [])):
        yield Fault("wrong_value", f"{name}: values must list what each of the choices says", name)


def _numbers(spec: dict[str, Any], name: str) -> Iterator[Fault]:
    for key, least, most in (("lines", 1, 40), ("cells", 2, 40)):
        value = spec.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most):
            yield Fault("wrong_value", f"{name}: {key} must be a number from {least} to {most}, not {value!r}", name)
    for key in ("required", "optional_with_id"):
        if key in spec and not isinstance(spec[key], bool):
            yield Fault("wrong_value", f"{name}: {key} must be true or false, not {spec[key]!r}", name)
    if spec.get("required") is True and spec.get("optional_with_id") is True:
        yield Fault("required_twice", f"{name}: required and optional_with_id contradict each other", name)


def _words(spec: dict[str, Any], name: str, kind: str) -> Iterator[Fault]:
    """Choices and inner words: only where the kind has room for them, and none of them empty."""
    choices, inner = spec.get("choices", []), spec.get("inner", [])
    for key, words in (("choices", choices), ("inner", inner)):
        if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
            yield Fault("wrong_value", f"{name}: {key} must be a list of printed words", name)
            return
    if kind == FieldKind.TICKS.value and not choices:
        yield Fault("no_choices", f"{name}: without choices this is one box at the label itself; where several boxes "
                    "stand, list the words printed beside them", name, warning=True)
    if kind not in (FieldKind.TICKS.value, FieldKind.ALTERNATIVES.value) and choices:
        yield Fault("choices_without_ticks", f"{name}: choices belong to kind: ticks and to alternatives only", name)
    if len({fold(c) for c in choices}) < len(choices):
        yield Fault("same_choice_twice", f"{name}: two choices read the same", name)
    if inner and kind != FieldKind.LEADERS.value:
        yield Fault("inner_without_leaders", f"{name}: inner words belong to answers on leaders only", name)
    if "/" in inner and set(inner) != {"/"}:
        yield Fault("mixed_inner", f"{name}: inner holds slashes and words; answers are parted by one of them", name)
    if kind == FieldKind.COMB.value and not spec.get("cells"):
        yield Fault("no_cells", f"{name}: a comb needs cells, the number of its boxes", name)
    if kind != FieldKind.COMB.value and spec.get("cells"):
        yield Fault("cells_without_comb", f"{name}: cells belong to kind: comb only", name)


def _table(items: list[dict[str, Any]], data: dict[str, Any]) -> Iterator[Fault]:
    columns = [i for i in items if isinstance(i.get("field"), dict) and i["field"].get("kind") == "table"]
    rows = data.get("rows", 0)
    if columns and not rows:
        yield Fault("no_rows", "the table's columns are described, but not rows, the number of its printed rows")
    row = next((i for i in items if isinstance(i.get("field"), dict) and i["field"].get("kind") == "row"), None)
    if row and sum("column" in i for i in items[:items.index(row)]) < 2:
        yield Fault("row_without_columns", "a field is of kind: row, but no items with `column` stand over its columns")
    if rows and not columns:
        yield Fault("rows_without_table", "rows is given, but no field is of kind: table")


def _marks(items: list[dict[str, Any]], data: dict[str, Any]) -> Iterator[Fault]:
    """A mark without its note is a slip of the pen; a form may print notes that nobody needs, so that is none."""
    notes = len(_list(data, "notes"))
    for number, item in enumerate(items, start=1):
        mark = item.get("footnote")
        if not isinstance(mark, str) or not mark:
            continue
        found = _MARK.match(mark)
        if not found:
            said = f"item {number}: a footnote mark looks like (2) or 2, not {mark!r}"
            yield Fault("bad_mark", said, f"item {number}")
        elif notes and int(found.group(1)) > notes:
            yield Fault("mark_without_note", f"item {number} has mark {mark}, but notes ends with ({notes})",
                        f"item {number}", warning=True)


def _titles(items: list[dict[str, Any]], data: dict[str, Any]) -> Iterator[Fault]:
    printed = {i.get("text") for i in items}
    for title in _list(data, "titles"):
        if isinstance(title, str) and title.strip() and title not in printed:
            yield Fault("title_not_printed", f"the title line {title!r} is no item; it is printed, so it must be one",
                        warning=True)
