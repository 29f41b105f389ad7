"""What is written down for operators is what the code does: commands, exit statuses, settings, files of the images."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.main import get_command

from digitizer.cli.main import app
from digitizer.errors import by_code
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert commands == set(re.findall(r"`digitizer ([a-z]+)", text))


def test_every_code_stands_beside_its_exit_status() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), re.M)
    written = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    assert written == {code: error.exit_status for code, error in by_code().items()}


def test_every_setting_in_the_deployment_exists() -> None:
    known = {f"DIGITIZER_{name.upper()}" for name in Settings.model_fields}
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    given = {k for s in compose["services"].values() for k in s.get("environment", {}) if k.startswith("DIGITIZER_")}
    written = set(re.findall(r"\b(DIGITIZER_[A-Z0-9_]+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    written |= set(re.findall(r"export (DIGITIZER_\w+)=", (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")))
    assert given and given | written <= known


def test_every_variable_of_compose_is_in_the_example() -> None:
    example = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"\$\{(\w+)[:}]", (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")))
    assert names == set(re.findall(r"^(\w+)=", example, re.M))


def test_the_image_copies_what_exists_and_is_let_through() -> None:
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    copied = [w for line in re.findall(r"^COPY (?!--from)(.+)$", docker, re.M) for w in line.split()[:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(Path(name).match(pattern) for pattern in allowed), name
