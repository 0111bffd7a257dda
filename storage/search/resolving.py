"""Which words of a query are names, and in which spellings the archive has them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from storage.database import Connection
from storage.model import Naming
from storage.search.candidates import (
    VARIANT,
    Candidate,
    is_another_sex,
    look_up,
    note,
)
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.keys import LONGEST
from storage.search.names.letters import bare, clean, is_cyrillic, whole
from storage.search.names.ordinary import PARTICLES
from storage.search.names.patronymics import is_patronymic
from storage.search.names.resolved import SLIP, SOUNDS, Reading, Resolved
from storage.search.roles import MOST_SPELLINGS, is_particle, read, roles
from storage.search.vocabulary import Vocabulary
from storage.search.weighing import persons, weigh

# The grade under which keys by the ear are kept.
EAR_GRADE = 9
# Nobody mistypes more words of one query.
MISTYPED = 6
# Who types more words than these writes no name apart.
JOINED = 8
# From so many spellings in one script those in the other are looked for.
ACROSS = 3


async def resolve(
    connection: Connection,
    words: Sequence[str],
    naming: Naming,
    absent: Collection[int] = (),
    vocabulary: Vocabulary | None = None,
) -> Resolved:
    """A reading of each word that is a name. With a `vocabulary` slips are tried for the `absent`
    ones alone: the positions of words that no release has."""
    givens = givens_of(naming)
    asked = [
        Candidate((at,), whole(word) if len(word) <= LONGEST else "")
        for at, word in enumerate(words)
    ]
    joined = _together(asked, givens) if len(asked) <= JOINED else []
    await look_up(connection, [*asked, *joined], givens)
    chosen = _joined(asked, joined)
    if vocabulary is not None and len(absent) <= MISTYPED:
        await _slipped(connection, chosen, absent, vocabulary, givens)
    await _across(connection, chosen, givens)
    await persons(connection, chosen, givens)
    for candidate in chosen:
        _same_person(candidate, givens)
    found = roles(chosen, givens)
    await weigh(connection, found.surnames)
    if not any(candidate.sure for candidate in found.surnames):
        await weigh(connection, [c for c in chosen if c not in found.surnames])
    found = replace(found, surnames=tuple(c for c in found.surnames if c.grades))
    readings: list[Reading | None] = [None] * len(words)
    for reading in read(chosen, found, absent, givens):
        for at in reading.asked:
            readings[at] = reading
    return Resolved(tuple(readings), _tried(chosen, givens))


def _together(asked: Sequence[Candidate], givens: Givens) -> list[Candidate]:
    """Neighbours that may be one name written apart, and particles with the name behind them."""
    found = []
    for first, second in pairwise(asked):
        if _may_join(first.word, second.word, givens):
            found.append(_one(first, second))
    for first, second, third in zip(asked, asked[1:], asked[2:], strict=False):
        small = {first.word.lower(), second.word.lower()} <= PARTICLES
        if small and _may_join(second.word, third.word, givens):
            found.append(_one(first, second, third))
    return found


def _one(*parts: Candidate) -> Candidate:
    at = tuple(place for part in parts for place in part.at)
    return Candidate(at, "".join(part.word.replace("-", "") for part in parts))


def _may_join(first: str, second: str, givens: Givens) -> bool:
    """Two words that may be one name written apart; a given name and an initial stay apart."""
    return (
        len(bare(first)) > 1
        and len(bare(second)) > 1
        and not (givens.known(first) and givens.known(second))
        and is_cyrillic(first) == is_cyrillic(second)
    )


def _joined(asked: list[Candidate], joined: list[Candidate]) -> list[Candidate]:
    """The candidates that stand: some words are one where together they are a surer name."""
    taken: dict[int, Candidate] = {}
    for one in joined:
        apart = max(
            asked[at].best for at in one.at if not is_particle_word(asked[at]) or at == one.at[-1]
        )
        if one.best < SOUNDS and one.best <= apart and not any(at in taken for at in one.at):
            taken.update(dict.fromkeys(one.at, one))
    chosen: dict[int, Candidate] = {}
    for at, candidate in enumerate(asked):
        chosen.setdefault(id(taken.get(at, candidate)), taken.get(at, candidate))
    return list(chosen.values())


def is_particle_word(candidate: Candidate) -> bool:
    return candidate.word.lower() in PARTICLES


async def _slipped(
    connection: Connection,
    chosen: Sequence[Candidate],
    absent: Collection[int],
    vocabulary: Vocabulary,
    givens: Givens,
) -> None:
    """What words that no release has are slips of, in every spelling of that."""
    meant: list[tuple[Candidate, set[int]]] = []
    for candidate in chosen:
        mistyped = candidate.best >= VARIANT and set(candidate.at) & set(absent)
        if mistyped and (not givens.known(candidate.word) or len(chosen) == 1):
            found = await vocabulary.slipped(clean(candidate.word))
            meant.append((candidate, set(sorted(found)[:MOST_SPELLINGS])))
    if not any(ids for _, ids in meant):
        return
    rows = await connection.rows(
        "SELECT id, word FROM names WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set().union(*(ids for _, ids in meant)))),),
    )
    right = {name_id: Candidate((), word) for name_id, word in rows}
    await look_up(connection, right.values(), givens)
    for candidate, ids in meant:
        if ids:
            candidate.grades.clear()
        for other in (right[name_id] for name_id in ids):
            for name_id, word in other.words.items():
                if other.grades[name_id] < VARIANT:
                    note(candidate, name_id, word, SLIP + other.grades[name_id])
        for name_id in ids:
            note(candidate, name_id, right[name_id].word, SLIP)


async def _across(connection: Connection, chosen: Sequence[Candidate], givens: Givens) -> None:
    """For names that were found in one script alone, or by the ear: all that what was found has."""
    lonely: list[tuple[Candidate, list[Candidate]]] = []
    for candidate in chosen:
        near = sorted((grade, i) for i, grade in candidate.grades.items() if grade != VARIANT)
        scripts = {is_cyrillic(candidate.words[i]) for _, i in near}
        alone = len(scripts) == 1 or (scripts and SOUNDS <= candidate.best < SLIP)
        if alone and not is_initial(candidate.word):
            words = dict.fromkeys(candidate.words[i] for _, i in near[:ACROSS])
            lonely.append((candidate, [Candidate(candidate.at, word) for word in words]))
    if not lonely:
        return
    await look_up(connection, [one for _, others in lonely for one in others], givens)
    for candidate, others in lonely:
        if is_another_sex(candidate, [word for other in others for word in other.words.values()]):
            candidate.grades.clear()
            continue
        scripts = {is_cyrillic(candidate.words[i]) for i in candidate.grades}
        least = max(candidate.best, SLIP if candidate.best >= SLIP else SOUNDS)
        for other in others:
            for name_id, word in other.words.items():
                new = len(scripts) > 1 or is_cyrillic(word) not in scripts
                if new and other.grades[name_id] < VARIANT:
                    note(candidate, name_id, word, least)


def _same_person(candidate: Candidate, givens: Givens) -> None:
    """Keep a variant of the name only where it stands behind the same given name as the name."""
    near = [name_id for name_id, grade in candidate.grades.items() if grade % SLIP == VARIANT]
    if not near:
        return
    own = {
        group
        for name_id, seen in candidate.before.items()
        for word in seen.values()
        if name_id not in near
        for group in givens.groups(word)
    }
    for name_id in near:
        seen = candidate.before.get(name_id, {})
        if not any(givens.groups(word) & own for word in seen.values()):
            del candidate.grades[name_id], candidate.words[name_id]
            candidate.before.pop(name_id, None)


def _tried(chosen: list[Candidate], givens: Givens) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for candidate in chosen:
        word = candidate.word
        given = is_initial(word) or givens.known(word) or is_patronymic(word)
        if word and not given and not is_particle(candidate, chosen, givens):
            found.setdefault(word)
    return tuple(found)
