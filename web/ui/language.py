"""The pages' two languages: takes a request, gives its translator; Vietnamese is what the source is written in."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
COOKIE = "digitizer_language"
CATALOGUES = Path(__file__).parent / "locale"


def language_of(request: Request) -> str:
    """What was chosen here before; Vietnamese for everybody else, whatever the browser was installed with."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else "vi"


@cache
def translations(language: str) -> NullTranslations:
    """Of every `.po` under `locale/<language>/`; Vietnamese needs none. Each page has a catalogue of its own."""
    found = Translations()
    for path in sorted((CATALOGUES / language).glob("*.po")):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        found.merge(Translations(compiled))
    return found


def sentences(language: str, name: str) -> list[tuple[str, str, str]]:
    """(code, Vietnamese, translation) of a catalogue's entries that have a code; none where there is no catalogue."""
    path = CATALOGUES / language / name
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [(str(m.context), str(m.id), str(m.string)) for m in read_po(file, locale=language) if m.context]
