"""Which of the names in a query is the surname, and what only makes a release better."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA, JaroWinkler

from storage.search.candidates import Candidate
from storage.search.names.fold import readings
from storage.search.names.given import Givens, is_initial
from storage.search.names.letters import bare
from storage.search.names.ordinary import PARTICLES
from storage.search.names.patronymics import is_patronymic
from storage.search.names.resolved import Reading, Spelling

MOST_SPELLINGS = 40
# From here on two given names are the same to the eye ("Christia", "Chrystia").
ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Roles:
    """The surnames, and what stands beside them: given names, initials, patronymics, particles."""

    surnames: tuple[Candidate, ...]
    beside: tuple[Candidate, ...]


def roles(chosen: Sequence[Candidate], givens: Givens) -> Roles:
    """Who is who. Where the archive has one word before the other, that tells; else the words."""
    rest = [c for c in chosen if not is_particle(c, chosen, givens)]
    beside = [c for at, c in enumerate(rest) if _is_beside(c, rest, at, givens)]
    surnames = [c for c in rest if c.grades and c not in beside]
    if not surnames and (surname := _surname(beside)):
        surnames = [surname]
        beside.remove(surname)
    if not surnames:
        return Roles((), ())
    particles = [c for c in chosen if c not in rest]
    return Roles(tuple(surnames), (*beside, *particles))


def is_particle(candidate: Candidate, chosen: Sequence[Candidate], givens: Givens) -> bool:
    return (
        len(chosen) > 1
        and candidate.word.lower() in PARTICLES
        and len(bare(candidate.word)) > 1
        and not givens.known(candidate.word)
    )


def is_nearly_particle(candidate: Candidate) -> bool:
    """Whether the word is a particle with one slip of the finger ("vob" for "von")."""
    word = candidate.word.lower()
    return 1 < len(word) < 5 and any(
        len(one) > 1 and OSA.distance(word, one, score_cutoff=1) < 2 for one in PARTICLES
    )


def _is_beside(candidate: Candidate, rest: Sequence[Candidate], at: int, givens: Givens) -> bool:
    word = candidate.word
    if len(candidate.at) > 1 or not word:
        return False
    if is_initial(word):
        return True
    others = [other for other in rest if other is not candidate and other.grades]
    behind = any(other.given_to(candidate) for other in others)
    if any(candidate.given_to(other) for other in others) and not behind:
        return True
    if is_patronymic(word):
        return at > 0 and (is_initial(rest[at - 1].word) or givens.known(rest[at - 1].word))
    # "Lebedeva Vera" is written, too: only of two given names the second may be the surname.
    return givens.known(word) and not (behind and any(givens.known(o.word) for o in others))


def _surname(beside: Sequence[Candidate]) -> Candidate | None:
    """Of words that may all be given names or patronymics, the one that is most likely no such."""
    known = [c for c in beside if c.grades and not is_initial(c.word)]
    if len(beside) < 2 or not known:
        return None
    behind = [c for c in known if any(other.given_to(c) for other in known if other is not c)]
    shaped = [c for c in known if is_patronymic(c.word) and c.sure]
    # With an initial, "J. Thomas", it can only be the surname.
    only = known if len(known) == 1 and len(known) < len(beside) else []
    return next(reversed(behind or shaped or only), None)


def is_alike(candidate: Candidate, surnames: Sequence[Candidate], givens: Givens) -> bool:
    """Whether a word that is no name here is nearly a given name that a surname has."""
    return any(
        givens.known(seen) and _alike(candidate.word, seen)
        for surname in surnames
        for near in surname.before.values()
        for seen in near.values()
    )


def _alike(asked: str, seen: str) -> bool:
    one, other = readings(asked)[:1], readings(seen)[:1]
    return bool(one and other and JaroWinkler.similarity(one[0], other[0]) >= ALIKE)


def read(
    chosen: Sequence[Candidate], found: Roles, absent: Collection[int], givens: Givens
) -> list[Reading]:
    """The readings of the words of a query."""
    if not found.surnames:
        return [_reading(c) for c in chosen if c.grades and len(bare(c.word)) > 1]
    sure = any(c.sure for c in found.surnames)
    beside = list(found.beside)
    for candidate in chosen if sure else ():
        if candidate in beside or candidate in found.surnames or not candidate.word:
            continue
        # Written like a name, and nowhere: the given name of somebody who is here without it.
        if is_nearly_particle(candidate) and set(candidate.at) & set(absent):
            beside.append(candidate)
            continue
        strange = candidate.word[:1].isupper() and bool(set(candidate.at) & set(absent))
        if strange or is_alike(candidate, found.surnames, givens):
            beside.append(candidate)
    readings_ = [_reading(c, optional=sure) for c in beside if sure or c.grades]
    asked = [c for c in beside if not is_patronymic(c.word) and c.word.lower() not in PARTICLES]
    for candidate in found.surnames:
        _of_one_sex(candidate, asked, givens)
        ids = _givens(candidate, asked, givens) if sure and beside else set()
        readings_.append(replace(_reading(candidate), givens=frozenset(ids)))
    return readings_


def _of_one_sex(surname: Candidate, asked: Sequence[Candidate], givens: Givens) -> None:
    """Мережина may be Мережин's; but who asks for Евгения Мережина means a woman where the archive
    has no man of that name."""
    man = bare(surname.word).removesuffix("а")
    if man == bare(surname.word) or not man.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return
    key = readings(man)[:1]
    ids = {i for i in surname.grades if readings(surname.words[i])[:1] == key}
    known = {
        i
        for i in surname.before
        if any(_agree(givens, a.word, w) for a in asked for w in surname.before[i].values())
    }
    if known and ids and not known & ids:
        surname.grades = {i: g for i, g in surname.grades.items() if i not in ids}


def _givens(surname: Candidate, asked: Sequence[Candidate], givens: Givens) -> set[int]:
    """The given names that make a mention better; with a patronymic alone any does."""
    seen = {i: word for near in surname.before.values() for i, word in near.items()}
    if not asked:
        return {i for i, word in seen.items() if givens.known(word) or is_initial(word)}
    found = {i for one in asked for i in (*one.same, *one.grades)}
    for one in asked:
        found |= {i for i, word in seen.items() if _agree(givens, one.word, word)}
    return found


def _agree(givens: Givens, asked: str, seen: str) -> bool:
    return givens.agree(asked, seen) or _alike(asked, seen)


def _reading(candidate: Candidate, *, optional: bool = False) -> Reading:
    ranked = sorted(candidate.grades.items(), key=lambda item: (item[1], item[0]))
    spellings = tuple(
        Spelling(name_id, candidate.words[name_id], grade)
        for name_id, grade in ranked[:MOST_SPELLINGS]
    )
    return Reading(
        candidate.at, spellings, optional=optional, sure=candidate.sure, plain=candidate.plain
    )
