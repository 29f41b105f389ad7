"""Fonts: finds the files of the two lists, keeps those that hold the letters, and keeps some back for measuring.

Fonts come from the pinned npm packages of `training/fonts/package.json` (all OFL or Apache-2.0) and from the system."""

from __future__ import annotations

import random
import string
from functools import cache, lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont

from digitizer.vietnam.text import MARKED_LETTERS

FOLDER = Path(__file__).parent / "fonts"
SYSTEM = Path("/usr/share/fonts/truetype")
UNSEEN = (
    "merriweather", "faustina", "andika", "saira", "DejaVuSerif", "NotoSerif",
    "patrick-hand", "itim", "charm", "pangolin", "grandstander", "kodchasan", "shantell-sans", "gluten", "comforter",
    "meow-script", "moon-dance", "send-flowers",
)
SPACE = "@expo-google-fonts"


def packages(kind: str) -> list[str]:
    """Names of one list: `print` or `hands`."""
    return (FOLDER / f"{kind}.txt").read_text(encoding="utf-8").split()


def find(kind: str, fonts: Path = FOLDER, unseen: bool = False) -> list[Path]:
    """Font files of one list; hands need Latin letters only, as our own pen draws the marks."""
    letters = string.ascii_letters + string.digits + (MARKED_LETTERS if kind == "print" else "")
    found = []
    for name in packages(kind):
        folder = fonts / "node_modules" / (name if "/" in name else f"{SPACE}/{name}")
        found += sorted((*folder.rglob("*.ttf"), *folder.rglob("*-latin-*.woff")))
    if kind == "print":
        found += sorted(SYSTEM.rglob("*.ttf"))
    return [p for p in found if any(u in str(p) for u in UNSEEN) is unseen and _holds(p, letters)]


@cache
def vietnamese(path: Path) -> bool:
    """Whether the font holds all 134 marked letters itself."""
    return _holds(path, MARKED_LETTERS)


@cache
def has_letter(path: Path, letter: str) -> bool:
    """Whether the font has a glyph of its own for the letter."""
    return _holds(path, letter)


def _holds(path: Path, letters: str) -> bool:
    try:
        with TTFont(path, lazy=True) as font:
            return set(map(ord, letters)) <= set(font.getBestCmap() or ())
    except (TTLibError, OSError, KeyError):
        return False


@lru_cache(maxsize=600)
def load(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """`size`: px an em."""
    return ImageFont.truetype(str(path), size)


def pick(paths: list[Path], rng: random.Random) -> Path:
    """First the family, then its cut, so that a family of many cuts is no commoner than another."""
    family = rng.choice(sorted({p.parent.parent if p.parent.name[:1].isdigit() else p.parent for p in paths}))
    return rng.choice([p for p in paths if family in p.parents])
