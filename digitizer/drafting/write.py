"""A draft to the text of template.yaml: takes a Draft, gives YAML as the templates have it, doubts as comments."""

from __future__ import annotations

import json
from datetime import date

from digitizer.drafting.fields import Draft

_WIDTH = 120


def yaml_text(draft: Draft) -> str:
    doubts: dict[str, list[str]] = {}
    for each in draft.doubts:
        doubts.setdefault(each.field, []).append(each.message)
    lines = [f"# {message}" for message in doubts.get("", ())]
    for key, value in draft.data.items():
        if key == "items":
            lines += ["", "items:"]
            for item in draft.items:
                lines.extend(_item(item, doubts))
            continue
        if key == "notes" and isinstance(value, list):
            lines += ["", "notes:"]
            lines.extend(f"  - {_scalar(note)}" for note in value)
            continue
        lines.append(f"{key}: {_value(value)}")
    return "\n".join(lines) + "\n"


def _item(item: dict[str, object], doubts: dict[str, list[str]]) -> list[str]:
    lines: list[str] = []
    for spec in (item.get("alternatives"), item.get("field")):
        if isinstance(spec, dict):
            lines.extend(f"  # {message}" for message in doubts.get(str(spec["id"]), ()))
    start = "  - "
    for key, value in item.items():
        lines.append(f"{start}{key}: {_value(value)}")
        start = "    "
    return lines


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    plain = text.replace("-", "").replace("_", "").replace(".", "").isascii() and text[:1].isalpha()
    if plain and all(c.isalnum() or c in "-_." for c in text) and text.lower() not in ("yes", "no", "on", "off", "null",
                                                                                         "true", "false", "y", "n"):
        return text
    return json.dumps(text, ensure_ascii=False)
