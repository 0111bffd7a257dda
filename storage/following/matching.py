"""Which follows a text meets: a name in any spelling, words in any form, words as they stand.

Each term under which a follow is looked up says, by how it begins, how the follow is met then.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from storage.following.namesakes import mentioned, mentioned_alone, one_person, person
from storage.following.wishes import Meaning, taken_apart
from storage.model import Follow, Naming
from storage.search.names import follow as names
from storage.search.names.mentions import Mention, mentions
from storage.search.people import all_keys
from storage.search.stems import WORD, terms

# What the terms of names, of surnames that will do alone, and of words as they stand begin with:
# no word does. The terms of keywords begin with nothing.
NAMED, ALONE, VERBATIM = "@", "@@", "="


@dataclass(frozen=True, slots=True)
class Words:
    """Where the words of a text are: by their stems, and as they are written."""

    stems: Mapping[str, Sequence[int]]
    written: Mapping[str, Sequence[int]]

    def beside(self, options: Sequence[tuple[Mapping[str, Sequence[int]], Iterable[str]]]) -> bool:
        """Whether words stand side by side, each as one of its options."""
        at: set[int] | None = None
        for kept, words in options:
            here = {place for word in words for place in kept.get(word, ())}
            at = here if at is None else {place for place in here if place - 1 in at}
            if not at:
                return False
        return at is not None


@dataclass(frozen=True, slots=True)
class Text:
    """What of a release can meet a follow: the names it mentions and its words."""

    names: Mapping[str, Sequence[Mention]]  # by their keys
    words: Words

    def terms(self) -> set[str]:
        """All under which a follow may be found."""
        named = {sign + key for key in self.names for sign in (NAMED, ALONE)}
        stems = self.words.stems.keys()
        return named | stems | {VERBATIM + stem for stem in stems}


def text_of(title: str, body: str) -> Text:
    found: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions(title, body):
        for key in all_keys(mention.word):
            found[key].append(mention)
    return Text(found, words_of(title, body))


def words_of(title: str, body: str) -> Words:
    stems: dict[str, list[int]] = defaultdict(list)
    written: dict[str, list[int]] = defaultdict(list)
    at = 0
    for part in (title, body):
        for word in WORD.findall(part):
            stems[_stem(word)].append(at)
            written[_written(word)].append(at)
            at += 1
        at += 1  # the last word of a title and the first of a body are no neighbours
    return Words(dict(stems), dict(written))


def terms_of(follow: Follow, naming: Naming, meaning: Meaning) -> tuple[set[str], int]:
    """The terms that lead to a follow, and how many of them a text has at least."""
    found = set[str]()
    words = _keywords(follow.value)
    if meaning.worded:
        found.update(*words)
    if not meaning.named:
        return found, len(words) if sum(map(len, words)) == len(found) else 1
    who = person(follow.value, naming)
    for name in (*who.surnames, who.joined):
        found |= {NAMED + key for key in names.follow_keys(name, naming)}
    if meaning.alone:
        found |= {ALONE + key for key in names.follow_keys(who.surnames[-1], naming)}
    return found | {VERBATIM + stem for stem in stems_of(WORD.findall(follow.value)[-1])}, 1


def meets(value: str, hits: Iterable[str], text: Text, naming: Naming) -> bool:
    """Whether the text has what is followed; `hits` are the terms that led from one to the other.

    A name is met by the very words, too, in whatever case they stand: no list of names has all.
    """
    by = {sign(term) for term in hits}
    return (
        ("" in by and has_words(value, text.words))
        or (VERBATIM in by and has_verbatim(value, text.words))
        or (NAMED in by and mentioned(value, text.names, naming))
        or (ALONE in by and mentioned_alone(value, text.names, naming))
    )


def has_words(value: str, words: Words) -> bool:
    """Whether all words are there, in any form: those of a phrase side by side."""
    parts = taken_apart(value).parts
    return bool(parts) and all(
        words.beside([(words.stems, stems_of(word)) for word in part]) for part in parts
    )


def has_verbatim(value: str, words: Words) -> bool:
    """Whether the words are there side by side: as written, or in any form if in small letters."""
    return words.beside(
        [
            (words.stems, stems_of(word))
            if word[:1].islower()
            else (words.written, (_written(word),))
            for word in WORD.findall(value)
        ]
    )


def same(one: Follow, other: Follow, naming: Naming | None = None) -> bool:
    """Whether two follows are one, perhaps in another spelling."""
    if one.kind != other.kind:
        return False
    if _shape(one.value) and _shape(one.value) == _shape(other.value):
        return True
    return one.kind == "name" and one_person(one.value, other.value, naming or Naming())


def opposite(one: Follow, other: Follow, naming: Naming | None = None) -> bool:
    """Whether the very thing is wanted and unwanted: nothing could ever arrive for it."""
    if (one.kind == "exclusion") == (other.kind == "exclusion"):
        return False
    kind = one.kind if other.kind == "exclusion" else other.kind
    return same(replace(one, kind=kind), replace(other, kind=kind), naming)


def stems_of(word: str) -> frozenset[str]:
    """The stems that a word which is followed may have."""
    # A capital may be that of a name or of a phone's keyboard.
    return frozenset(_stem(way) for way in (word, word.lower(), word.capitalize()))


def _keywords(value: str) -> list[frozenset[str]]:
    """For each word the stems that it may have."""
    found = {stems_of(word) for part in taken_apart(value).parts for word in part}
    return sorted(found, key=sorted)


def _shape(value: str) -> list[tuple[tuple[str, ...], ...]]:
    """What is followed without the forms and the order of its words."""
    return sorted(
        tuple(tuple(sorted(stems_of(word))) for word in part) for part in taken_apart(value).parts
    )


def sign(term: str) -> str:
    """How a follow that this term led to is met."""
    return next((sign for sign in (ALONE, NAMED, VERBATIM) if term.startswith(sign)), "")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return next(iter(terms(word)), "")


@lru_cache(maxsize=50_000)
def _written(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().replace("ё", "е")
