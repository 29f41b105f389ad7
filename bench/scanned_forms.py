"""What is to be filled in on scanned official forms that have no template: takes data/scanned-forms.yaml and the shared
folder, gives for each form its picture and its answers as printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.make import shared_folder
from digitizer.template import FieldKind, FieldSpec, FieldType, Item

_ANSWERS = Path(__file__).parent / "data" / "scanned-forms.yaml"


@dataclass(frozen=True, slots=True)
class ScannedForm:
    """name: as in the manifest. items: its answers, of which label and kind are known and nothing else. aside: labels
    of places that may be drafted or not. seen: whether it is there to look at what drafts get wrong; the others only
    give figures."""

    name: str
    picture: Path
    items: tuple[Item, ...]
    aside: tuple[str, ...]
    seen: bool


def scanned_forms() -> tuple[ScannedForm, ...]:
    """All whose picture is on this machine. Raises FileNotFoundError where the shared folder is absent."""
    shared = shared_folder()
    if shared is None:
        raise FileNotFoundError("the scanned forms are not on this machine (set DIGITIZER_SHARED)")
    rows = yaml.safe_load(_ANSWERS.read_text(encoding="utf-8"))
    folder = shared / "data" / "forms-scanned" / "images"
    found = []
    for number, row in enumerate(rows, start=1):
        picture = folder / row["image"]
        name = picture.stem.split("_", 2)[2].removesuffix("_first")
        items = tuple(_items(row["answers"]))
        found.append(ScannedForm(name, picture, items, tuple(row.get("aside", ())), number % 2 == 0))
    return tuple(form for form in found if form.picture.is_file())


def _items(answers: list[dict[str, Any]]) -> Iterator[Item]:
    for number, answer in enumerate(answers):
        kind = next(kind for kind in FieldKind if kind.value in answer)
        text = answer[kind.value]
        yield Item(text, FieldSpec(
            f"answer_{number}", text, FieldType.TEXT, kind, cells=answer.get("cells", 0),
            choices=tuple(answer.get("choices", ())), inner=tuple(answer.get("inner", ())),
            box_first=answer.get("box_first", False),
        ))
