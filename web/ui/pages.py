"""Pages out of templates: takes a request and what is to be shown, gives HTML with the headers that keep it safe."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web.clock import local_time
from web.ui.language import LANGUAGES, language_of, translations
from web.ui.rights import Right, rights
from web.ui.sentences import say_in

HERE = Path(__file__).parent
# No inline script or style, nothing from elsewhere. blob: pictures that a camera or a chosen file makes in the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()", "Cross-Origin-Opener-Policy": "same-origin",
}
# The pages of the menu, in its order: address, name, right that opens it.
MENU: tuple[tuple[str, str, Right], ...] = (
    ("/kiosk", "Tiếp nhận", Right.UPLOAD),
    ("/review", "Kiểm tra", Right.REVIEW),
    ("/records", "Hồ sơ", Right.RECORDS),
    ("/review/groups", "Theo nhóm", Right.REVIEW),
    ("/review/check", "Nhập độc lập", Right.SECOND),
    ("/review/quality", "Chất lượng", Right.OVERVIEW),
    ("/overview", "Tổng quan", Right.OVERVIEW),
    ("/people", "Tài khoản", Right.PEOPLE),
)


def render(request: Request, name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """The template `name` in the language chosen. Every template knows: person, csrf, menu, language, path;
    here: the entry of the menu that the page belongs to."""
    session = getattr(request.state, "session", None)
    person = session.person if session else None
    given = {
        "person": person, "csrf": session.csrf if session else "", "language": language_of(request),
        "languages": LANGUAGES, "path": request.url.path, "menu": menu_of(person.role) if person else (), **shown,
    }
    here = [a for a, _ in given["menu"] if given["path"] == a or given["path"].startswith(f"{a}/")]
    given["here"] = max(here, key=len, default="")
    page = environment(given["language"]).get_template(name).render(given)
    return HTMLResponse(page, status_code=status, headers=HEADERS)


def menu_of(role: Any) -> tuple[tuple[str, str], ...]:
    """(address, name) of the pages that a role may open."""
    return tuple((address, name) for address, name, right in MENU if right in rights(role))


@cache
def environment(language: str) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters["local"] = local_time
    made.filters["local_text"] = lambda text: local_time(datetime.fromisoformat(text))
    made.filters["local_day"] = lambda moment: local_time(moment, "%d/%m/%Y")
    made.filters["said"] = lambda sentence, code: say_in(language)(code, sentence)
    made.filters["percent"] = lambda share: percent(share, language)
    made.globals["static"] = static_address
    return made


def percent(share: float | None, language: str = "vi") -> str:
    """99,5 % in Vietnamese, 99.5 % in English; a dash where there is no share."""
    if share is None:
        return "–"
    text = f"{share * 100:.1f}"
    return f"{text.replace('.', ',') if language == 'vi' else text} %"


@cache
def static_address(name: str) -> str:
    """With a digest of the content, so that a browser may keep it and still never shows an old one."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
