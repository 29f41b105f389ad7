"""The font of the text behind a page's picture: makes digitizer/data/invisible.ttf, one empty glyph for every letter.

`python -m bench.invisible_font`. Nothing of it is ever drawn; a PDF/A has its fonts in it all the same."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

TARGET = Path(__file__).resolve().parents[1] / "digitizer" / "data" / "invisible.ttf"
EM, WIDTH = 1000, 500  # as digitizer.imaging.searchable says in the PDF: the two must agree


def main() -> None:
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "letter"])
    builder.setupCharacterMap({0x20: "letter"})
    builder.setupGlyf({".notdef": Glyph(), "letter": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (WIDTH, 0), "letter": (WIDTH, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Invisible", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    builder.save(TARGET)


if __name__ == "__main__":
    main()
