"""What the user's words ask for: words, phrases, exclusions, dates, languages, an order.

Whatever is typed is understood somehow: what is no operator is words, what is no word is nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from storage.model import Missing, Order
from storage.search.stems import WORD
from storage.search.values import FIELDS, Dates, Field, dates_of, languages_of, order_of

MOST_WORDS = 32
MOST_CHARACTERS = 4000
LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is looked for: a word, or words that stand side by side.

    `phrase`: it stood in quotes, and is meant as it is written. Without, several words were written
    as one (Kara-Murza). `title`: only titles are searched. `text` is what was typed.
    """

    words: tuple[str, ...]
    phrase: bool = False
    title: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One term of each group, and none of those `without`.

    The archive's dates run from `after`, which is included, to `before`, which is not; without a
    language all are meant. `missing` says why it asks for nothing, if it does.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    after: date | None = None
    before: date | None = None
    languages: frozenset[str] = frozenset()
    order: Order | None = None
    missing: Missing | None = None


def parse(text: str) -> Query:
    """What this asks for; any text at all asks for something, or says what is `missing`."""
    reading = _Reading()
    for piece in _pieces(_cleaned(text)):
        reading.take(piece)
    return reading.query()


_QUOTES = "“”„‟«»″〝〞\uff02"
# Full-width forms, as keyboards of East Asia have them, stand at one distance from plain ones.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord(q): '"' for q in _QUOTES}
_NOTHING = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_NAMES = "|".join(sorted(FIELDS, key=len, reverse=True))
# Phones make a dash of a minus. A minus within a word or before a space excludes nothing.
_PIECE = re.compile(
    rf"""(?:(?<!\S)(?P<minus>[-–−‐‑])(?=["\w]))?
         (?:\b(?P<field>{_NAMES}):\s*(?=[^\s:]))?
         (?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))""",
    re.VERBOSE | re.IGNORECASE,
)
# What is written as one word: parts that hyphens or apostrophes join.
_JOINED = re.compile(rf"(?:{WORD.pattern})(?:[-‐‑–−’'ʼ](?:{WORD.pattern}))*")
_POSSESSIVE = re.compile(r"(?<=\w)[’'ʼ]s$", re.IGNORECASE)
_OR, _NOT, _AND = {"OR", "ИЛИ"}, {"NOT", "НЕ"}, {"AND", "И"}


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    quoted: bool
    excluded: bool
    field: Field | None = None
    name: str = ""


def _cleaned(text: str) -> str:
    plain = _NOTHING.sub(" ", text[:MOST_CHARACTERS]).translate(_PLAIN)
    return unicodedata.normalize("NFC", plain)


def _pieces(text: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(text):
        minus, name, quoted, plain = match.group("minus", "field", "quoted", "plain")
        yield _Piece(
            plain or quoted or "", plain is None, minus is not None,
            FIELDS[name.casefold()] if name else None, name or "",
        )  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """Takes the pieces one by one; what OR and NOT stand before is kept in mind."""

    groups: list[list[Term]] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    dates: Dates = field(default_factory=Dates)
    languages: frozenset[str] = frozenset()
    order: Order | None = None
    left: int = MOST_WORDS
    joins: bool = False  # OR stood before
    joinable: bool = False  # the last piece was a term that is wanted
    excludes: bool = False  # NOT stood before

    def take(self, piece: _Piece) -> None:
        if not piece.quoted and not piece.excluded and piece.field is None:
            if piece.text in _OR:
                self.joins = self.joinable
                return
            if piece.text in _NOT:
                self.excludes = True
                return
            if piece.text in _AND:
                return
        excluded = piece.excluded or self.excludes
        if piece.field in (None, Field.TITLE):
            self._terms(piece, excluded)
        elif excluded or not self._operator(piece):
            self._terms(_Piece(f"{piece.name} {piece.text}", excluded, excluded), excluded)
        else:
            self.joins = self.joinable = self.excludes = False

    def _terms(self, piece: _Piece, excluded: bool) -> None:
        for term in _terms(piece):
            words = term.words[: self.left]
            if not words:
                return
            term = Term(words, term.phrase, term.title, term.text)
            self.left -= len(words)
            if excluded:
                self.without.append(term)
            elif self.joins:
                self.groups[-1].append(term)
            else:
                self.groups.append([term])
            self.joins = self.excludes = False
            self.joinable = not excluded

    def _operator(self, piece: _Piece) -> bool:
        """Whether the value says something to this operator."""
        if piece.field is Field.ORDER:
            order = order_of(piece.text)
            self.order = order or self.order
            return order is not None
        if piece.field is Field.LANGUAGE:
            languages = languages_of(piece.text)
            self.languages |= languages
            return bool(languages)
        dates = dates_of(piece.field, piece.text)
        if dates is not None:
            self.dates = self.dates.within(dates)
        return dates is not None

    def query(self) -> Query:
        groups = tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in self.groups))
        limited = bool(self.languages) or self.dates != Dates()
        missing = None
        if not groups and not limited:
            missing = Missing.WANTED if self.without else Missing.WORDS
        return Query(
            groups, tuple(dict.fromkeys(self.without)), self.dates.after, self.dates.before,
            self.languages, self.order, missing,
        )  # fmt: skip


def _terms(piece: _Piece) -> Iterator[Term]:
    title = piece.field is Field.TITLE
    if piece.quoted:
        words = _words(piece.text)
        if words:
            yield Term(words, True, title, " ".join(piece.text.split()))
        return
    for match in _JOINED.finditer(piece.text):
        whole = _POSSESSIVE.sub("", match.group())
        yield Term(_words(whole), False, title, whole[: LONGEST_WORD * 2])


def _words(text: str) -> tuple[str, ...]:
    return tuple(word[:LONGEST_WORD] for word in WORD.findall(text)[:MOST_WORDS])
