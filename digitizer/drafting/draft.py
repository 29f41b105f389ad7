"""A blank form to a drafted template: takes a file, gives a Draft; the one door of this package for drafting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from digitizer.drafting.entries import entries_of
from digitizer.drafting.fields import Draft, doubt, draft_of
from digitizer.drafting.outline import outline_of
from digitizer.drafting.pages import sheets
from digitizer.drafting.rows import print_of
from digitizer.drafting.sheet import Print
from digitizer.drafting.word_file import is_word_file, word_print
from digitizer.options import Options
from digitizer.ports import Engine


def draft_template(path: Path, engine: Engine, options: Options, form_id: str, today: date) -> Draft:
    """form_id '': made of the form's code or title. Raises BadInput, EngineUnavailable."""
    printed = printed_of(path, engine, options)
    outline = outline_of(printed)
    draft = draft_of(outline, entries_of(outline.body, outline.head), form_id, today)
    if printed.read:
        draft.doubts.insert(0, doubt("read_by_machine"))
    if printed.flat:
        draft.doubts.insert(0, doubt("from_word"))
    return draft


def printed_of(path: Path, engine: Engine, options: Options) -> Print:
    """The blank as printed lines: a Word file by its paragraphs, a PDF by its text layer, all else by reading it."""
    if is_word_file(path):
        return word_print(path)
    pages, read = sheets(path, engine, options)
    return print_of(pages, read)
