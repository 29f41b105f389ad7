"""Words of a page as Tesseract gives them: gathered to lines, and no word's box over the next word."""

from digitizer.engines.tesseract_pages import Piece, page_text, word


def test_a_box_that_was_drawn_over_the_next_word_ends_where_that_begins() -> None:
    pieces = [
        Piece(1, word("tại", (302, 20, 424, 60), 1.0, 90)), Piece(1, word("Ủy", (378, 10, 423, 60), 1.0, 80)),
        Piece(1, word("ban", (440, 20, 514, 60), 1.0, 80)),
    ]
    (line,) = page_text(1, pieces).lines
    assert [(w.text, w.box.left, w.box.right) for w in line.words] == [
        ("tại", 302, 378), ("Ủy", 378, 423), ("ban", 440, 514),
    ]
