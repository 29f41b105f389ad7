"""`digitizer forms`: lists the forms that can be read, drafts a template from a blank, checks one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitizer.cli.output import emit, note, print_table, write_out
from digitizer.cli.read import AsJson
from digitizer.errors import UsageError

if TYPE_CHECKING:  # these bring OpenCV and the engines: a second that `digitizer --help` need not take
    from digitizer.document import CleanPage
    from digitizer.drafting.check import Fault
    from digitizer.drafting.overlay import Overlay
    from digitizer.options import Options
    from digitizer.ports import Engine
    from digitizer.template import Template

NEEDS_LOOK = 1  # exit status, as of `digitizer doctor`: it ran, and something is not in order

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


def add_to(main: typer.Typer) -> None:
    main.add_typer(app, name="forms")


@app.callback()
def forms(context: typer.Context, as_json: AsJson = False) -> None:
    """List the forms that can be read, with their editions; draft a new one from a blank, check one."""
    if context.invoked_subcommand is not None:
        return
    from digitizer.template import load_templates

    known = load_templates()
    if as_json:
        for t in known:
            fields = [{"id": f.id, "label": f.label, "type": f.type.value, "required": f.required} for f in t.fields]
            emit({
                "id": t.id, "edition": t.edition, "name": t.name, "regulation": t.regulation, "form_code": t.form_code,
                "valid_from": t.valid_from, "valid_to": t.valid_to, "procedure_codes": t.procedure_codes,
                "fields": fields,
            })
        return
    print_table(
        ("form", "edition", "name", "fields", "valid from", "regulation"),
        [(t.id, t.edition, t.name, str(len(t.fields)), str(t.valid_from), t.regulation) for t in known],
    )
    if not known:
        note("no template found under templates/")


@app.command()
def new(
    blank: Annotated[Path, typer.Argument(help="The blank form: PDF, Word (.docx), or a scan (PDF, TIFF, JPEG, PNG).")],
    form_id: Annotated[str, typer.Option("--id", help="Form id, such as khai-sinh; else made of its title.")] = "",
    out: Annotated[Path, typer.Option(help="Folder; the file is DIR/<id>/<edition>/template.yaml.")] = Path("drafts"),
    force: Annotated[bool, typer.Option(help="Write over a draft that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draft a template from a blank form, and say in Vietnamese what a person has to look at."""
    from digitizer.drafting.check import FORM_ID
    from digitizer.drafting.draft import draft_template
    from digitizer.drafting.write import yaml_text

    if form_id and not FORM_ID.match(form_id):
        raise UsageError(f"{form_id!r} is no form id: small letters, digits and hyphens, such as khai-sinh")
    engine, options = _tools(blank)
    draft = draft_template(blank, engine, options, form_id, date.today())
    path = out / str(draft.data["id"]) / str(draft.data["edition"]) / "template.yaml"
    if path.exists() and not force:
        raise UsageError(f"{path} exists; give another --out or --id, or --force to write over it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_text(draft), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    fields = [item["field"] for item in draft.items if "field" in item]
    if as_json:
        doubts = [{"code": d.code, "field": d.field, "message": d.message} for d in draft.doubts]
        emit({"file": str(path), "id": draft.data["id"], "edition": draft.data["edition"],
              "titles": draft.data["titles"], "fields": len(fields), "doubts": doubts})
        return
    write_out(str(path))
    note(f"{draft.title}: {len(fields)} mục điền. Cần người xem lại:")
    for each in draft.doubts:
        note(f"  - {each.message}")
    note(f"Tiếp theo: digitizer forms check {path} --blank {blank} --overlay {path.with_name('overlay.png')}")


@app.command()
def check(
    template: Annotated[str, typer.Argument(help="A template.yaml, or the id of a form under templates/.")],
    blank: Annotated[Path | None, typer.Option(help="A blank or scan: is every label found on it?")] = None,
    overlay: Annotated[Path | None, typer.Option(help="With --blank: picture of labels and answers, PNG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a template: one sentence a fault; exit status 1 when there is one. With a blank also where answers lie."""
    from digitizer.drafting.check import check_file

    if overlay is not None and blank is None:
        raise UsageError("--overlay draws on a blank: name it with --blank")
    path = _template_file(template)
    faults, usable = check_file(path)
    found = list(faults)
    if blank is not None and usable is not None:
        laid = _laid_over(blank, usable)
        found.extend(_lost(usable, laid))
        if overlay is not None:
            _save(laid, overlay)
    _tell(path, usable, found, as_json)
    if blank is not None and usable is None:
        note("the blank was not looked at: the template cannot be used before its faults are mended")
    raise typer.Exit(NEEDS_LOOK if any(not f.warning for f in found) else 0)


@app.command()
def register(
    blank: Annotated[Path, typer.Argument(help="The unfilled blank: the PDF it is printed from, or a clean scan.")],
    form_id: Annotated[str, typer.Option("--form", help="The form it must be; else told by its print.")] = "",
    name: Annotated[str, typer.Option(help="What to call this print; else the file's name.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of templates; by default the one that is read.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a print of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register a blank that branches hand out: its fills are then known by their picture, in half the time."""
    import shutil
    from dataclasses import replace

    from digitizer.drafting.check import FORM_ID
    from digitizer.drafting.register_blank import registered
    from digitizer.layout.prints import FOLDER, save_prints
    from digitizer.template import TEMPLATES_DIR, load_templates

    called = name or blank.stem.lower()
    if not FORM_ID.match(called):
        raise UsageError(f"{called!r} is no name: small letters, digits and hyphens; give another with --name")
    engine, options = _tools(blank)
    templates = load_templates()
    found = registered(blank, called, engine, templates, replace(options, form=form_id or None))
    template = found.template
    folder = (out or TEMPLATES_DIR) / template.id / template.edition / FOLDER / called
    if folder.exists() and not force:
        raise UsageError(f"{folder} exists; give another --name, or --force to write over it")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        save_prints(found.prints, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    if as_json:
        emit({"folder": str(folder), "id": template.id, "edition": template.edition, "pages": len(found.prints),
              "lost": [finding.field for finding in found.lost]})
        return
    write_out(str(folder))
    for finding in found.lost:
        note(finding.message)
    note(f"{template.name}: {len(found.prints)} trang. Khởi động lại dịch vụ để dùng mẫu in này.")


def _tools(blank: Path) -> tuple[Engine, Options]:
    from digitizer.engines.build import build_engine
    from digitizer.options import Options
    from settings import Settings

    if not blank.is_file():
        raise UsageError(f"{blank}: there is no such file")
    name = Settings().engine
    return build_engine(name), Options(engine=name)


def _template_file(name: str) -> Path:
    """The file itself, or the newest edition of a form known by its id."""
    from digitizer.template import TEMPLATES_DIR, load_templates

    path = Path(name)
    if path.is_dir() and (path / "template.yaml").is_file():
        return path / "template.yaml"
    if path.is_file():
        return path
    editions = [t.edition for t in load_templates() if t.id == name]
    if not editions:
        known = ", ".join(sorted({t.id for t in load_templates()}))
        raise UsageError(f"{name} is neither a file nor a form; there are: {known}")
    return TEMPLATES_DIR / name / editions[-1] / "template.yaml"


def _laid_over(blank: Path, template: Template) -> Overlay:
    from digitizer.drafting.overlay import lay_over
    from digitizer.drafting.pages import clean_pages
    from digitizer.drafting.word_file import is_word_file

    engine, options = _tools(blank)
    if is_word_file(blank):
        raise UsageError("a Word file has no pages to draw on: save it as PDF (File, Save as, PDF) and give that")
    pages: list[CleanPage] = clean_pages(blank, options)
    return lay_over(pages, template, engine)


def _lost(template: Template, laid: Overlay) -> list[Fault]:
    from digitizer.drafting.check import Fault

    labels = {f.id: f.label for f in template.fields}
    return [
        Fault("not_on_blank", f"{name}: no place for the answer to “{labels[name]}” was found on the blank", name)
        for name in laid.lost
    ]


def _save(laid: Overlay, path: Path) -> None:
    import cv2

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = cv2.imwrite(str(path), laid.picture)
    except (OSError, cv2.error):
        written = False
    if not written:
        raise UsageError(f"{path} cannot be written; its name must end in .png")
    note(f"picture: {path}")


def _tell(path: Path, template: Template | None, faults: list[Fault], as_json: bool) -> None:
    if as_json:
        emit({
            "file": str(path), "fields": len(template.fields) if template else 0,
            "faults": [{"code": f.code, "where": f.where, "message": f.message, "warning": f.warning} for f in faults],
        })
        return
    for fault in faults:
        write_out(f"{'warning' if fault.warning else 'fault'}: {fault.message} ({fault.code})")
    wrong = sum(not f.warning for f in faults)
    fields = f"{len(template.fields)} fields, " if template else ""
    note(f"{path}: {fields}{wrong} faults, {len(faults) - wrong} warnings")
