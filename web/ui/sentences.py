"""What the reading side says, in the language of a page: takes a code and its Vietnamese sentence, gives the sentence.

The code is stable and the Vietnamese sentence, which a record keeps, is the source. `locale/<language>/sentences.po`
has both, the code as context, and what was put in named: %(label)s. It is found in the kept sentence and put into the
other one. What the catalogue does not know stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from starlette.requests import Request

from web.schemas import CheckOut, FindingOut, SubmissionOut
from web.ui.language import language_of, sentences

Say = Callable[[str, str], str]
CATALOGUE = "sentences.po"
VERSION = "version"  # the code of reasons that versions made on the pages carry
_PART = re.compile(r"%\((\w+)\)s")
_OF_FIELD = r"(?:(?P<of_field>.+?): )?"  # as digitizer/stages/route.py puts the field's label before a finding


@dataclass(frozen=True, slots=True)
class _Known:
    pattern: re.Pattern[str]
    text: str


def say_in(language: str) -> Say:
    """Gives the function that takes (code, Vietnamese sentence)."""
    return partial(_said, language)


def say_for(request: Request) -> Say:
    return say_in(language_of(request))


def check_in(found: CheckOut, say: Say) -> CheckOut:
    """A check as a page shows it; the API's own stays Vietnamese (docs/errors.md)."""
    pages = [page.model_copy(update={"findings": findings_in(page.findings, say)}) for page in found.pages]
    return found.model_copy(update={"pages": pages, "missing": findings_in(found.missing, say)})


def findings_in(found: list[FindingOut], say: Say) -> list[FindingOut]:
    return [one.model_copy(update={"message": say(one.code, one.message)}) for one in found]


def submission_in(found: SubmissionOut, say: Say) -> SubmissionOut:
    """What a receipt tells: what to do next, and why a person looks."""
    documents = [
        document.model_copy(update={"reasons": [
            reason.model_copy(update={"message": say(reason.code, reason.message)}) for reason in document.reasons
        ]}) for document in found.documents
    ]
    told = say(found.reason_code or "", found.clerk) if found.clerk else None
    if told == found.clerk and told:  # the state's own sentence, under a code of the worker's
        told = say(found.state.value, told)
    return found.model_copy(update={"clerk": told, "documents": documents})


def _said(language: str, code: str, sentence: str) -> str:
    for known in _catalogue(language).get(code, ()):
        found = known.pattern.fullmatch(sentence)
        if found:
            parts = {name: _part(language, code, text) for name, text in found.groupdict(default="").items()}
            before = parts.pop("of_field", "")
            return (f"{before}: " if before else "") + known.text % parts
    return sentence


def _part(language: str, code: str, text: str) -> str:
    """Labels stay as the form prints them; a list of names that the catalogue has under the code is translated."""
    known = {k.pattern.pattern: k.text for k in _catalogue(language)[code]}
    return ", ".join(known.get(_pattern(one), one) for one in text.split(", "))


@cache
def _catalogue(language: str) -> dict[str, tuple[_Known, ...]]:
    """By code; nothing for Vietnamese."""
    found: dict[str, tuple[_Known, ...]] = {}
    for code, source, text in sentences(language, CATALOGUE):
        found[code] = (*found.get(code, ()), _Known(re.compile(_pattern(source), re.DOTALL), text))
    return found


def _pattern(source: str) -> str:
    """Of a sentence as it is kept. Names of parts stand at the odd places."""
    pieces = _PART.split(source)
    return _OF_FIELD + "".join(
        f"(?P<{piece}>.+)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
