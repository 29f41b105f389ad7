"""The run from first to last: a file comes in, records come out, each with a decision and its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from digitizer.album import Album
from digitizer.document import Classification, CleanPage, Finding, PageImage, PageText, Record, Seal
from digitizer.errors import ReadingFailed
from digitizer.glance import Glance, PageGlance, SeenPage, seen_page
from digitizer.keep import Keeper
from digitizer.layout.recall import Known
from digitizer.options import Options
from digitizer.ports import Engine, PopulationRegistry
from digitizer.stages.classify import DocumentPages, group_pages, named_pages
from digitizer.stages.clean import clean
from digitizer.stages.enrich import enrich
from digitizer.stages.extract import extract
from digitizer.stages.hold import NOTHING, Held, hold
from digitizer.stages.ingest import ingest
from digitizer.stages.judge import Looked, judge, missing, not_looked_at
from digitizer.stages.normalize import normalize
from digitizer.stages.pass_on import pass_on
from digitizer.stages.read import ink_in_slots, read_page, read_slots
from digitizer.stages.read_card import read_card
from digitizer.stages.read_letter import read_letter
from digitizer.stages.register import register
from digitizer.stages.render import render
from digitizer.stages.route import route
from digitizer.stages.sign import signatures
from digitizer.stages.survey_card import survey_card
from digitizer.stages.survey_letter import survey_letter
from digitizer.stages.upright import righted
from digitizer.stages.validate import validate
from digitizer.template import Layout, Template, edition_of


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run needs besides the file; built once and kept warm. `population` None: no registry is connected.
    prints: blanks that were registered, whose fills are known by their picture."""

    engine: Engine
    templates: tuple[Template, ...]
    population: PopulationRegistry | None = None
    prints: tuple[Known, ...] = ()


def digitize(path: Path, name: str, tools: Tools, options: Options) -> Iterator[Record]:
    """The whole story of one file. Raises BadInput when it cannot become a document."""
    for draft in read_documents(path, name, tools, options):
        yield settle(draft, tools.population, options)


def read_documents(path: Path, name: str, tools: Tools, options: Options) -> Iterator[Record]:
    """Untrusted bytes to undecided records; touches no network, so it may run in a sandbox."""
    keeper = Keeper(options.keep)
    intake = ingest(path, name, options.limits)
    surveyed = surveyed_pages(render(intake, options), tools, options, keeper)
    dossier = None
    for document in grouped(surveyed, tools.templates, options):
        record = read_document(document.pages, document.texts, document.classification, tools)
        record = pass_on(record, dossier)
        dossier = record.dossier
        record = replace(record, file=name, sha256=intake.sha256, findings=(*intake.findings, *record.findings))
        yield keeper.recorded(record, document.pages)


def grouped(
    surveyed: Iterable[tuple[CleanPage, PageText]], templates: tuple[Template, ...], options: Options
) -> Iterator[DocumentPages]:
    """The documents of a file, or the one that a person has named. Raises ReadingFailed: its form is not here."""
    if options.named is None:
        yield from group_pages(surveyed, templates, options.form)
        return
    template = edition_of(options.named.form_id, options.named.edition, templates)
    if template is None:
        raise ReadingFailed("there is no template of the form and edition that a person has named")
    yield named_pages(surveyed, template)


def glance_documents(path: Path, name: str, tools: Tools, options: Options) -> Glance:
    """The same up to where the answers stand, and nothing of them is read: whether the scan will do, and what is
    missing, while the citizen is still there. `options.form`: what the citizen came with, not what it is read as."""
    intake, most = ingest(path, name, options.limits), options.limits.glance_pages
    surveyed = surveyed_pages(islice(render(intake, options), most), tools, options, Keeper(options.keep))
    seen: dict[int, SeenPage] = {}
    noted = ((page, seen.setdefault(page.number, seen_page(page, text)).text) for page, text in surveyed)
    pages: list[PageGlance] = []
    lacking = list(not_looked_at(intake.page_count, most))
    for document in group_pages(noted, tools.templates):
        looked = look_at(document.pages, document.texts, document.classification, tools)
        pages += judge(looked, seen, tools.templates, options.form)
        lacking += missing(looked) if intake.page_count <= most else ()
    return Glance(tuple(sorted(pages, key=lambda page: page.number)), tuple(lacking))


def surveyed_pages(
    images: Iterable[PageImage], tools: Tools, options: Options, keeper: Keeper
) -> Iterator[tuple[CleanPage, PageText]]:
    """Every page upright and clean, with its lines and what paper they show."""
    album = Album(options.pictures)
    pages = (keeper.cleaned(clean(page, options.cleaning)) for page in images)
    read = ((page, read_page(page, tools.engine, tools.prints)) for page in pages)
    surveyed = (keeper.surveyed(*righted(page, text, tools.engine)) for page, text in read)
    surveyed = ((page, survey_card(page, text, tools.engine, tools.templates)) for page, text in surveyed)
    surveyed = ((page, survey_letter(page, text, tools.engine, tools.templates)) for page, text in surveyed)
    return ((album.taken(page), text) for page, text in surveyed)


def look_at(
    pages: tuple[CleanPage, ...], texts: tuple[PageText, ...], found: Classification, tools: Tools
) -> Looked:
    """The pages of one document to where ink stands in its answers' places."""
    template = edition_of(found.match.form_id, found.match.edition, tools.templates) if found.match else None
    if template is None or template.layout is not Layout.FORM:
        return Looked(found, pages, ())
    located = register(pages, texts, template)
    return Looked(
        found, pages, ink_in_slots(pages, located, template, tools.engine), signatures(pages, located),
    )


def read_document(
    pages: tuple[CleanPage, ...], texts: tuple[PageText, ...], found: Classification, tools: Tools
) -> Record:
    """The pages of one document to a validated record without a decision."""
    match = found.match
    template = edition_of(match.form_id, match.edition, tools.templates) if match else None
    record = Record(
        file="", pages=found.pages, form=found.match, fields=(), engine=tools.engine.info,
        form_candidates=found.candidates, findings=(*found.findings, *_of_pages(pages)), page_classes=found.classes,
        seals=tuple(Seal(page.number, box.polygon_mm(page.dpi)) for page in pages for box in page.seals),
    )
    if template is None:
        return record
    if template.layout is Layout.CARD:
        card = read_card(texts, template)
        return validate(normalize(replace(record, fields=card.fields, findings=(*record.findings, *card.findings))))
    if template.layout is Layout.LETTER:
        return validate(normalize(replace(record, fields=read_letter(texts, template))))
    located = register(pages, texts, template)
    readings = read_slots(pages, located, template, tools.engine)
    fields = extract(template, located, readings, pages)
    record = replace(record, fields=fields, signatures=signatures(pages, located))
    return validate(normalize(replace(record, findings=(*record.findings, *located.findings))))


def _of_pages(pages: tuple[CleanPage, ...]) -> Iterator[Finding]:
    """What was found on the pictures, but what page is blank: that says the class of the page."""
    return (finding for page in pages for finding in page.findings if finding.code != "blank_page")


def settle(
    draft: Record, population: PopulationRegistry | None, options: Options, held: Held = NOTHING
) -> Record:
    """Evidence from the registry beside the paper, then the decision; never changes what was read. held: what may not
    pass unseen for the time being."""
    return route(hold(enrich(draft, population), held), options.accept_probability)
