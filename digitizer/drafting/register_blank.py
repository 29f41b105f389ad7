"""A blank as a branch hands it out to the Prints by which its fills are known: takes a file, gives its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.document import Finding
from digitizer.drafting.pages import clean_pages
from digitizer.errors import UsageError
from digitizer.layout.prints import Print, print_of
from digitizer.options import Options
from digitizer.ports import Engine
from digitizer.stages.classify import group_pages
from digitizer.stages.register import register
from digitizer.template import Template, edition_of

MOST_LOST = 0.1  # of a form's labels: beyond, the blank is no good picture of the form


@dataclass(frozen=True, slots=True)
class Registration:
    """lost: a finding for each label that was not found on the blank, and so will not be found on its fills."""

    template: Template
    prints: tuple[Print, ...]
    lost: tuple[Finding, ...]


def registered(
    path: Path, name: str, engine: Engine, templates: Sequence[Template], options: Options
) -> Registration:
    """The form that an unfilled blank is, and each of its pages. `options.form`: the form that it must be.

    Raises BadInput, and UsageError when the blank is no form of `templates`, several, or one whose labels are not
    found: what is registered wrongly would be read wrongly on every fill."""
    pages = clean_pages(path, options)
    texts = [engine.read_page(page) for page in pages]
    documents = list(group_pages(zip(pages, texts, strict=True), templates, options.form))
    match = documents[0].classification.match if len(documents) == 1 else None
    template = edition_of(match.form_id, match.edition, templates) if match else None
    if template is None:
        raise UsageError(f"{path}: this is not one blank of a form under templates/; `digitizer forms` lists them")
    lost = register(documents[0].pages, documents[0].texts, template).findings
    if len(lost) > MOST_LOST * len(template.fields):
        labels = "; ".join(finding.message for finding in lost)
        raise UsageError(f"{path}: {labels} Scan the unfilled blank anew, or give the PDF it is printed from")
    prints = tuple(print_of(name, page, text) for page, text in zip(pages, texts, strict=True))
    return Registration(template, prints, lost)
