"""Text from what a line recogniser saw: takes T × C log-probabilities, classes and a field type, gives a `Decoded`.

    decoded = decode(logp, classes, type="address", letters=Alphabet.TEXT)
    decoded.text          'Thôn Hạ, Tây Mỗ, Nam Từ Liêm, Hà Nội'   single spaces, none at the ends, '' for an empty line
    decoded.confidence    0-1, the probability that the whole text is right, before calibration
    decoded.alternatives  (('Thôn Hà, Tây Mỗ, …', 0.03), …)        other texts, best first, without `text`
    decoded.characters    one `Character` per letter of `text`: its probability, first and last step, alternatives

`logp`: float32, T steps × C classes, log-softmax of one line, natural logarithm; padding steps at the end may stay.
`classes`: what each class stands for, classes[0] == '' the CTC blank; from the model's metadata. `type`: a value of
template.FieldType, or 'marital_status'; '' for none: then the text is the greedy one, no word or list is known.
`letters`: Alphabet.DIGITS or DATE narrow the letters, only as far as the picture bears it (ctc_choice.py).
How many px wide a step is, is the caller's to know (8 at height 48 for our recogniser).

What each type adds, always within a margin of likelihood, so that no valid-looking answer is invented:
  sex, ethnicity, nationality, relation, marital_status   the closed list, each entry scored against the picture
  date, personal_id, phone, integer                       letters of the type, and of many readings those of its shape
  address, place                                          units and words of addresses (vietnam/prior.py), searched
                                                          letter by letter and then word by word
  organization, identity_paper, place_and_date, book      the same and the phrases of forms, at less weight
  date_in_words                                           its words
  person_name, text, other                                whether a word is a Vietnamese syllable, at little weight:
                                                          of two names that exist the picture alone decides"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from digitizer.engines.ctc_beam import Beam, Found, Search
from digitizer.engines.ctc_choice import Candidate, Choice, choose, most_edits
from digitizer.engines.ctc_paths import Character, Scores, aligned, characters, ctc_score, greedy_path
from digitizer.engines.ctc_words import Vocabulary, second_look, words_of
from digitizer.ports import Alphabet
from digitizer.vietnam import prior
from digitizer.vietnam.answers import LISTED, letters_of, near_listed, shape_of

SMALLEST = np.float32(-80)  # nats: the log of nothing, made finite
LEAST_SURE = 0.98  # of the greedy path: above it, no other reading can matter
OF_ALPHABET = {Alphabet.DIGITS: "integer", Alphabet.DATE: "date"}  # the type whose letters the alphabet holds
MOST_OTHERS, LEAST_OTHER = 8, 1e-3  # alternatives told, and the least probability of one


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A prior with the search that it is used in; `words`: look at the words a second time."""

    prior: Callable[[], Vocabulary]
    search: Search
    words: bool = False


# Words choose, the picture says how sure: of real handwritten addresses told with 0.95 or more by words alone one in
# four was wrong. So a text that words made stays below what a field passes with unseen (calibration.py), and one that
# they confirm is held no surer than the root of what the picture gives it.
GUIDED = 0.85

# Weights tuned on 100 lines of handwriting-kalapa (random.Random(3).sample order). The other 300, with weights of the
# recogniser after 51,000 training lines: greedy 13.4 % of the letters wrong, as addresses 5.5 %.
_ADDRESS = Lexicon(prior.address_prior, Search(weight=0.7, bonus=3.5), words=True)
_PAPERS = Lexicon(prior.papers_prior, Search(weight=0.4, bonus=1.5))
_SYLLABLES = Lexicon(prior.syllable_prior, Search(weight=0.3))
LEXICONS = {
    "address": _ADDRESS, "place": _ADDRESS, "organization": _PAPERS, "identity_paper": _PAPERS,
    "place_and_date": _PAPERS, "book": _PAPERS, "date_in_words": Lexicon(prior.spoken_dates_prior, Search(weight=0.4)),
    "person_name": _SYLLABLES, "text": _SYLLABLES, "marital_status": _SYLLABLES, "relation": _SYLLABLES,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """One line's text; `characters` spell it letter by letter (none where it cannot be aligned)."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    characters: tuple[Character, ...] = ()


def decode(logp: Scores, classes: tuple[str, ...], type: str = "", letters: Alphabet = Alphabet.TEXT) -> Decoded:
    """The text of one line; see the head of this module."""
    if not len(logp):
        return Decoded("", 1.0)
    logp = np.maximum(logp, SMALLEST)
    free = _greedy(logp, classes)
    if not free.text:
        return free
    if type in LISTED:
        found = _listed(logp, classes, free, type)
        if found is not None:
            return found
    narrowed = letters_of(type) or letters_of(OF_ALPHABET.get(letters, ""))
    if narrowed:
        return _narrowed(logp, classes, free, type, narrowed)
    lexicon = LEXICONS.get(type)
    return _by_words(logp, classes, free, lexicon) if lexicon else free


def _greedy(logp: Scores, classes: tuple[str, ...]) -> Decoded:
    """The best class of each step. The confidence is P(text | picture) with all alignments summed: what the recogniser
    itself holds the text's probability to be, not only that of one path."""
    path = greedy_path(logp)
    found = _trimmed(characters(logp, classes, path))
    text = "".join(c.text for c in found)
    sure = math.exp(float(logp[np.arange(len(path)), path].sum()))
    if sure < LEAST_SURE:
        sure = math.exp(min(0.0, float(ctc_score(logp, classes, [text])[0])))
    return Decoded(text, min(1.0, sure), (), found)


def _trimmed(found: tuple[Character, ...]) -> tuple[Character, ...]:
    """Without spaces at the ends and behind another space."""
    kept = [c for k, c in enumerate(found) if c.text != " " or (k and found[k - 1].text != " ")]
    return tuple(kept[:-1] if kept and kept[-1].text == " " else kept)


def _listed(logp: Scores, classes: tuple[str, ...], free: Decoded, type: str) -> Decoded | None:
    """The entry of the type's list that the picture bears; None when there is none."""
    values = near_listed(free.text, type)
    if not values:
        return None
    texts = [free.text, *(t for t in values if t != free.text)]
    scores = [float(s) for s in ctc_score(logp, classes, texts)]
    candidates = [Candidate(t, s, values.get(t, "")) for t, s in zip(texts, scores, strict=True)]
    choice = choose(candidates[0], candidates[1:], free.text in values)
    return _decoded(logp, classes, free, choice) if choice.text in values else None


def _narrowed(logp: Scores, classes: tuple[str, ...], free: Decoded, type: str, letters: frozenset[str]) -> Decoded:
    """Of many readings in those letters the likeliest, one of the type's shape if there is one."""
    shape = shape_of(type) or (lambda text: set(text) <= letters)
    is_shaped = shape(free.text)
    if is_shaped and free.confidence >= LEAST_SURE:
        return free
    if sum(letter not in letters for letter in free.text) > most_edits(free.text):
        return free
    found = Beam(classes, Search(allowed=letters)).run(logp)
    texts = [free.text, *(f.text for f in found if f.text and f.text != free.text)]
    scores = [float(s) for s in ctc_score(logp, classes, texts)]
    candidates = [Candidate(t, s) for t, s in zip(texts, scores, strict=True)]
    shaped = [c for c in candidates[1:] if shape(c.text)]
    return _decoded(logp, classes, free, choose(candidates[0], shaped, is_shaped))


def _by_words(logp: Scores, classes: tuple[str, ...], free: Decoded, lexicon: Lexicon) -> Decoded:
    """The likeliest text by picture and prior together; what is read surely and in known words is left alone."""
    known = lexicon.prior()
    if free.confidence >= LEAST_SURE and all(known.knows(word) for word in words_of(free.text)):
        return free
    found = [f for f in Beam(classes, lexicon.search, known).run(logp) if f.text]
    if not found:
        return free
    if lexicon.words:
        found += second_look(logp, classes, found[0], known, lexicon.search)
    choice = _ranked(found)
    bound = GUIDED if choice.text != free.text else math.sqrt(free.confidence)
    return _decoded(logp, classes, free, replace(choice, probability=min(bound, choice.probability)))


def _ranked(found: list[Found]) -> Choice:
    """Each text's share of the probability of all that were found."""
    best: dict[str, float] = {}
    for f in found:
        best[f.text] = max(f.score, best.get(f.text, -math.inf))
    top = max(best.values())
    total = sum(math.exp(score - top) for score in best.values())
    shares = sorted(((text, math.exp(score - top) / total) for text, score in best.items()), key=lambda p: -p[1])
    others = tuple(pair for pair in shares[1:MOST_OTHERS + 1] if pair[1] >= LEAST_OTHER)
    return Choice(*shares[0], others)


def _decoded(logp: Scores, classes: tuple[str, ...], free: Decoded, choice: Choice) -> Decoded:
    found = free.characters if choice.text == free.text else aligned(logp, classes, choice.text)
    return Decoded(choice.text, choice.probability, choice.others, found)
