"""The names that share a key with a word, and how sure each of them is."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from storage.database import Connection
from storage.search.names.ears import EAR, ears, heard
from storage.search.names.fold import readings
from storage.search.names.given import Givens, is_initial
from storage.search.names.keys import LONGEST, whole_keys
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.resolved import SLIP, SOUNDS
from storage.search.names.slips import slips, sounds_alike

# Nearly the same in the same script: believed where the same given names stand before it.
VARIANT = SLIP - 1
# Two letters heard alike and two doubled ones make no more.
FAR = 4
# A name that the word has with a particle before it in one ("Vandermeulen").
REST = 3
_JOINED = re.compile(r"^(van de[rn]?|vander|vanden|van|von|ван дер|вандер|ван|фон)(?=\w{4})")
_MANS = re.compile(r"[oei][vn]$")


@dataclass(slots=True)
class Candidate:
    """A word of the query, or some joined, on its way to a reading."""

    at: tuple[int, ...]
    word: str
    grades: dict[int, int] = field(default_factory=dict)  # by name id
    words: dict[int, str] = field(default_factory=dict)
    # Names that are the same given name in another form: short, foreign, an initial.
    same: dict[int, str] = field(default_factory=dict)
    plain: int = 0
    sure: bool = False  # written like this, or nearly, it is a person's name in the archive
    heard_sure: bool = False  # so is what it only sounds like
    seen: int = 0  # mentions of it, of the newest ones
    inflected: set[int] = field(default_factory=set)  # heard only as a case form's nominative
    # By name id: the ids and words of what stands before it.
    before: dict[int, dict[int, str]] = field(default_factory=dict)

    @property
    def best(self) -> int:
        return min(self.grades.values(), default=SLIP + 9)

    def given_to(self, other: Candidate) -> bool:
        """Whether the archive has this name before the other as a given name."""
        own = self.grades.keys() | self.same.keys()
        return any(own & seen.keys() for seen in other.before.values())


@dataclass(frozen=True, slots=True)
class _Wish:
    candidate: Candidate
    grade: int
    same: bool = False  # asked for as another form of the given name


async def look_up(connection: Connection, candidates: Iterable[Candidate], givens: Givens) -> None:
    """Find the names that share a key with each candidate."""
    wanted = _wanted(candidates, givens)
    letters = {one for c in candidates for one in _letters(c.word, givens)}
    rows = await connection.rows(
        "SELECT name_keys.key, name_id, grade, word FROM json_each(?) AS wanted"
        " CROSS JOIN name_keys ON name_keys.key = wanted.value"
        " JOIN names ON names.id = name_keys.name_id"
        " UNION ALL SELECT '', id, 0, word FROM names"
        " WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(list(wanted)), json.dumps(sorted(letters))),
    )
    for key, name_id, grade, word in rows:
        for wish in wanted.get(key, ()):
            _take(wish, name_id, word, key, grade, givens)
        for candidate in candidates if not key else ():
            if word in _letters(candidate.word, givens):
                candidate.same[name_id] = word
    for candidate in candidates:
        _tighten(candidate)


def _letters(word: str, givens: Givens) -> frozenset[str]:
    """The initials of a given name, in both scripts; an initial has its own letter."""
    return givens.letters(word) if is_initial(word) or givens.known(word) else frozenset()


def _wanted(candidates: Iterable[Candidate], givens: Givens) -> dict[str, list[_Wish]]:
    """The keys to look for, each with who asks for it and how sure it is."""
    wanted: dict[str, list[_Wish]] = defaultdict(list)
    for candidate in candidates:
        if not 1 < len(bare(candidate.word)) <= LONGEST:
            continue
        for key, grade in whole_keys(candidate.word).items():
            wanted[key].append(_Wish(candidate, grade))
            for alias in givens.alias(key) if grade < SOUNDS else ():
                wanted[alias].append(_Wish(candidate, grade + 1))
        for key in ears(candidate.word):
            wanted[key].append(_Wish(candidate, 0))
        rest = _JOINED.sub("", bare(candidate.word))
        for key in readings(rest)[:1] if rest != bare(candidate.word) else ():
            wanted[key].append(_Wish(candidate, REST))
        for key in givens.keys(candidate.word):
            wanted[key].append(_Wish(candidate, 0, same=True))
    return wanted


def _take(wish: _Wish, name_id: int, word: str, key: str, grade: int, givens: Givens) -> None:
    candidate = wish.candidate
    if wish.same:
        if givens.agree(candidate.word, word):
            candidate.same[name_id] = word
        return
    if key.startswith(EAR):
        total, inflected = _heard(candidate.word, word)
        if inflected:
            candidate.inflected.add(name_id)
    else:
        total = 0 if bare(word) == bare(candidate.word) else wish.grade + grade
    if total is not None and total < SLIP:
        note(candidate, name_id, word, min(total, VARIANT))


def note(candidate: Candidate, name_id: int, word: str, grade: int) -> None:
    candidate.grades[name_id] = min(grade, candidate.grades.get(name_id, grade))
    candidate.words[name_id] = word


def _heard(asked: str, word: str) -> tuple[int | None, bool]:
    """The grade of a name that only sounds like the one asked for, and whether that is so for the
    nominative of a case form only; None: it is another."""
    if is_cyrillic(asked) == is_cyrillic(word):
        one, other = bare(asked), bare(word)
        if OSA.distance(one, other, score_cutoff=FAR) > FAR:  # most are: their consonants are few
            return None, False
        if sounds_alike(one, other):
            return SOUNDS, False
        return (None if slips(one, other) is None else VARIANT), False
    latin, cyrillic = (word, asked) if is_cyrillic(asked) else (asked, word)
    how = heard(latin, cyrillic)
    return (SOUNDS if how else None), how == 1


def _tighten(candidate: Candidate) -> None:
    """Of each script keep what is about as sure as the surest: what only sounds like the name is
    believed where nothing is written like it, or where the same given names stand before it."""
    for cyrillic in (False, True):
        ids = [
            i
            for i, word in candidate.words.items()
            if is_cyrillic(word) == cyrillic and candidate.grades[i] < VARIANT
        ]
        best = min((candidate.grades[i] for i in ids), default=0)
        direct = [i for i in ids if i not in candidate.inflected]
        if direct and best == SOUNDS and is_cyrillic(candidate.word) and not cyrillic:
            # Of a woman's name and a man's in another case the word as it stands is meant.
            for name_id in set(ids) - set(direct):
                del candidate.grades[name_id], candidate.words[name_id]
            ids = direct
        most = best if best >= SOUNDS else 3 if best < 2 else best + 1
        for name_id in ids:
            if candidate.grades[name_id] >= SOUNDS > most:
                candidate.grades[name_id] = VARIANT
            elif candidate.grades[name_id] > most:
                del candidate.grades[name_id], candidate.words[name_id]


def is_another_sex(candidate: Candidate, seen: Iterable[str]) -> bool:
    """Whether a name was found only in forms that are the other sex's in all that was `seen` of it:
    Чирикова may be Чириков's, but not where there is Чириковой and no Чириков."""
    key = "".join(readings(candidate.word)[:1])
    man = key.removesuffix("a")
    if not _MANS.search(man) or (man != key and is_cyrillic(candidate.word)):
        return False
    own = {form for i in candidate.grades for form in readings(bare(candidate.words[i]))[:1]}
    others = {form for word in seen for form in readings(bare(word))[:1]}
    latin = {form for word in seen if not is_cyrillic(word) for form in readings(word)[:1]}
    women = bool(others & {man + "oi"} or latin & {man + "a"})
    men = bool(others & {man, man + "im", man + "e"})
    return bool(own) and own <= {man + "a", man + "u"} and women != men and women == (man == key)
