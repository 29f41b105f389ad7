"""Pairs of words that stand side by side in Vietnamese law and on its forms, counted: takes files of text, writes
word_pairs.tsv.gz.

    python scripts/word_pairs.py ../shared/data/text/legal_lines.txt templates/*/*/template.yaml

Legal texts are no works under copyright (Law on Intellectual Property, article 15)."""

from __future__ import annotations

import collections
import gzip
import itertools
import re
import sys
import unicodedata
from pathlib import Path

LEAST = 2  # once may be a misprint
WORDS = re.compile(r"[^\W\d_]+|[^\w\s]|\d+")


TARGET = Path(__file__).resolve().parents[1] / "digitizer" / "vietnam" / "data" / "word_pairs.tsv.gz"


def main(sources: list[str]) -> None:
    counts: collections.Counter[str] = collections.Counter()
    for line in (line for source in sources for line in Path(source).read_text(encoding="utf-8").splitlines()):
        words = WORDS.findall(unicodedata.normalize("NFC", line.lower()))
        counts.update(f"{a} {b}" for a, b in itertools.pairwise(words) if a.isalpha() and b.isalpha())
    lines = [f"{pair}\t{count}" for pair, count in sorted(counts.items()) if count >= LEAST]
    with TARGET.open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        packed.write("\n".join(lines).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
