"""What the user's words ask for: words, phrases, exclusions, dates, languages, an order.

Whatever is typed is understood somehow: what is no operator is words, what is no word is nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

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
    """One term of each group, and none of those `without`; one of the `dates`, one of the
    `languages`, and none of those without: where there are none, any will do.

    `missing` says why it asks for nothing, if it does. `unread` are pieces that look like an
    operator and say nothing, and were taken for words.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    dates: tuple[Dates, ...] = ()
    without_dates: tuple[Dates, ...] = ()
    languages: frozenset[str] = frozenset()
    without_languages: frozenset[str] = frozenset()
    order: Order | None = None
    missing: Missing | None = None
    unread: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """What this asks for; any text at all asks for something, or says what is `missing`."""
    reading = _Reading()
    for piece in _pieces(_cleaned(text)):
        reading.take(piece)
    return reading.query()


def without_filters(text: str) -> str:
    """The text without its dates, languages and orders: the words, as they were typed."""
    pieces = (match for match in _PIECE.finditer(text[:MOST_CHARACTERS]))
    filters = {name for name, field in FIELDS.items() if field is not Field.TITLE}
    return " ".join(p.group() for p in pieces if (p["field"] or "").casefold() not in filters)


_QUOTES = "“”„‟«»″〝〞\uff02"
# Full-width forms, as keyboards of East Asia have them, stand at one distance from plain ones.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord(q): '"' for q in _QUOTES}
_NOTHING = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Soft hyphens, joiners and marks of direction stand within words that were copied from a page.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

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
    plain = _NOTHING.sub(" ", _UNSEEN.sub("", text[:MOST_CHARACTERS])).translate(_PLAIN)
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
    dates: tuple[Dates, ...] = ()
    without_dates: tuple[Dates, ...] = ()
    languages: frozenset[str] = frozenset()
    without_languages: frozenset[str] = frozenset()
    unread: list[str] = field(default_factory=list)
    order: Order | None = None
    left: int = MOST_WORDS
    joins: bool = False  # OR stood before
    joinable: bool = False  # the last piece was a term that is wanted
    joins_dates: bool = False  # OR stood before, and dates before that
    dated: bool = False  # the last piece were dates
    excludes: bool = False  # NOT stood before

    def take(self, piece: _Piece) -> None:
        if not piece.quoted and not piece.excluded and piece.field is None:
            if piece.text in _OR:
                self.joins, self.joins_dates = self.joinable, self.dated
                return
            if piece.text in _NOT:
                self.excludes = True
                return
            if piece.text in _AND:
                return
        excluded = piece.excluded or self.excludes
        if piece.field in (None, Field.TITLE):
            self._terms(piece, excluded)
        elif self._operator(piece, excluded):
            self.joins = self.joinable = self.excludes = self.joins_dates = False
        else:
            self.unread.append(f"{piece.name}:{piece.text}")
            self._terms(_Piece(f"{piece.name} {piece.text}", excluded, excluded), excluded)

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
            self.joins = self.excludes = self.joins_dates = self.dated = False
            self.joinable = not excluded

    def _operator(self, piece: _Piece, excluded: bool) -> bool:
        """Whether the value says something to this operator."""
        if piece.field is Field.ORDER:
            order = None if excluded else order_of(piece.text)
            self.order = order or self.order
            return order is not None
        if piece.field is Field.LANGUAGE:
            languages = languages_of(piece.text)
            if excluded:
                self.without_languages |= languages
            else:
                self.languages |= languages
            return bool(languages)
        dates = dates_of(piece.field, piece.text)
        if dates is not None:
            self._take_dates(dates, excluded)
        return dates is not None

    def _take_dates(self, dates: Dates, excluded: bool) -> None:
        if excluded:
            self.without_dates += (dates,)
        elif self.joins_dates or not self.dates:
            self.dates += (dates,)
        else:
            self.dates = tuple(known.within(dates) for known in self.dates)
        self.dated = not excluded

    def query(self) -> Query:
        groups = tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in self.groups))
        missing = None
        if not groups and not self.languages and not self.dates:
            unwanted = self.without or self.without_dates or self.without_languages
            missing = Missing.WANTED if unwanted else Missing.WORDS
        return Query(
            groups, tuple(dict.fromkeys(self.without)), self.dates, self.without_dates,
            self.languages, self.without_languages, self.order, missing, tuple(self.unread),
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
