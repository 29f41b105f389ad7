"""Fonts that hold every Vietnamese letter: takes a font folder, gives those found, checked by glyph."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts/truetype")
# The pinned packages of training/fonts/package.json, where somebody has installed them.
PACKAGES = Path(__file__).resolve().parents[1] / "var" / "training" / "fonts" / "node_modules" / "@expo-google-fonts"

# Of Debian's fonts-croscore, fonts-dejavu-core, fonts-dejavu-extra, fonts-noto-core. Tinos has the widths of Times New
# Roman, which most filled forms are typed in. `scale` brings the wide ones to the size a person would pick.
_CANDIDATES: tuple[tuple[str, float], ...] = (
    ("croscore/Tinos-Regular.ttf", 1.0), ("dejavu/DejaVuSans.ttf", 0.82), ("noto/NotoSerif-Regular.ttf", 0.9),
    ("croscore/Arimo-Regular.ttf", 0.92), ("dejavu/DejaVuSerif.ttf", 0.82), ("noto/NotoSans-Regular.ttf", 0.88),
    ("croscore/Tinos-Italic.ttf", 1.0), ("dejavu/DejaVuSansCondensed.ttf", 0.88), ("croscore/Tinos-Bold.ttf", 0.97),
    ("dejavu/DejaVuSerifCondensed.ttf", 0.86), ("croscore/Cousine-Regular.ttf", 0.8),
)


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    path: Path
    scale: float

    def at(self, size_px: float) -> ImageFont.FreeTypeFont:
        return _loaded(self.path, max(6, round(size_px * self.scale)))


@cache
def _loaded(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px, layout_engine=ImageFont.Layout.BASIC)


def vietnamese_letters() -> str:
    """All 134 letters beyond ASCII, and what else stands in answers."""
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    vowels = "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy"
    return "".join(unicodedata.normalize("NFC", v + m) for v in vowels for m in marks) + "Đđ0123456789.,:;/-()@_"


def holds(font: ImageFont.FreeTypeFont, letters: str) -> bool:
    """Whether no letter is drawn as the box for a missing one."""
    missing = bytes(font.getmask("\U0010fffd"))
    return all(bytes(font.getmask(letter)) != missing for letter in letters)


@cache
def faces(folder: Path = FOLDER) -> tuple[Face, ...]:
    """At least one, else FileNotFoundError: DejaVu alone is enough to make forms, four families make a benchmark."""
    found = []
    for name, scale in _CANDIDATES:
        path = folder / name
        if path.is_file() and holds(ImageFont.truetype(path, 40), vietnamese_letters()):
            found.append(Face(path.stem, path, scale))
    if not found:
        raise FileNotFoundError(f"no font with all Vietnamese letters under {folder}; install fonts-dejavu-core")
    return tuple(found)


# --- sets of faces that a recogniser is measured on -----------------------------------------------------------------

# By the beginning of a file's name. What is "unseen" and "hand" is never trained on (training/faces.py, UNSEEN).
_SEEN = ("Tinos", "Arimo", "DejaVuSans", "NotoSans")
_UNSEEN = ("DejaVuSerif", "NotoSerif")
_UNSEEN_PACKAGES = ("merriweather/400Regular", "faustina/400Regular")
_HAND_PACKAGES = (  # letters that stand apart, as people write them into forms
    "patrick-hand/400Regular", "itim", "charm/400Regular", "pangolin", "grandstander/400Regular",
    "kodchasan/400Regular", "shantell-sans/400Regular", "gluten/400Regular",
)
_SCRIPT_PACKAGES = ("charmonman", "comforter", "meow-script", "moon-dance", "send-flowers")  # joined
SETS = ("typed-seen", "typed-unseen", "hand", "script")
_TINOS_X_SHARE = 0.46  # height of x to the em in Tinos, by which a person picks a size


def faces_of(name: str, packages: Path = PACKAGES) -> tuple[Face, ...]:
    """The faces of one set: `typed-seen`, `typed-unseen` (more where the packages are installed), `hand` (hand-print)
    and `script` (joined hands), which nothing was taught.

    Raises FileNotFoundError where the set would be empty."""
    if name == "typed-seen":
        found = [f for f in faces() if f.name.startswith(_SEEN)]
    elif name == "typed-unseen":
        found = [f for f in faces() if f.name.startswith(_UNSEEN)] + _packed(packages, _UNSEEN_PACKAGES)
    else:
        found = _packed(packages, _HAND_PACKAGES if name == "hand" else _SCRIPT_PACKAGES)
    if not found:
        raise FileNotFoundError(f"no font of the set {name!r} in {packages}; training/fonts/package.json names them")
    return tuple(found)


def _packed(packages: Path, names: tuple[str, ...]) -> list[Face]:
    """Faces of npm packages, at the size at which their small letters are as high as those of Tinos."""
    found = []
    for path in [p for name in names for p in sorted((packages / name).rglob("*.ttf"))]:
        if holds(ImageFont.truetype(path, 40), vietnamese_letters()):
            _, top, _, bottom = ImageFont.truetype(path, 400).getbbox("x")
            found.append(Face(path.stem, path, min(1.15, _TINOS_X_SHARE * 400 / (bottom - top))))
    return found
