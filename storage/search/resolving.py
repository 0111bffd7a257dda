"""Which words of a query are names, and in which spellings the archive has them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace

from rapidfuzz.distance import JaroWinkler

from storage.database import Connection
from storage.model import Naming
from storage.search.candidates import VARIANT, Candidate, in_small_letters, look_up, note
from storage.search.names.fold import readings
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.letters import bare, clean, is_cyrillic, whole
from storage.search.names.mentions import SURE
from storage.search.names.patronymics import is_patronymic
from storage.search.names.resolved import SLIP, SOUNDS, Reading, Resolved, Spelling
from storage.search.vocabulary import Vocabulary

# The grade under which keys by the ear are kept.
EAR_GRADE = 9
MOST_SPELLINGS = 40
# How many of the newest mentions of a spelling tell which given names it has.
SAMPLED = 200
# From here on two given names are the same to the eye ("Christia", "Chrystia").
ALIKE = 0.85


async def resolve(
    connection: Connection,
    words: Sequence[str],
    naming: Naming,
    absent: Collection[int],
    vocabulary: Vocabulary,
) -> Resolved:
    """A reading of each word that is a name. Slips are tried for the `absent` ones alone: the
    positions of words that no release has."""
    givens = givens_of(naming)
    asked = [Candidate((at,), whole(word)) for at, word in enumerate(words)]
    joined = [
        Candidate((at, at + 1), whole(words[at]) + whole(words[at + 1]))
        for at in range(len(words) - 1)
        if _may_join(whole(words[at]), whole(words[at + 1]), givens)
    ]
    await look_up(connection, [*asked, *joined], givens)
    chosen = _joined(asked, joined)
    for candidate in chosen:
        mistyped = _best(candidate) >= VARIANT and set(candidate.at) & set(absent)
        if mistyped and (not givens.known(candidate.word) or len(chosen) == 1):
            await _slipped(connection, candidate, vocabulary, givens)
    await _persons(connection, chosen, givens)
    for candidate in chosen:
        _same_person(candidate, givens)
        if candidate.grades and not candidate.sure:
            candidate.plain = await in_small_letters(connection, candidate)
    readings_ = _read(chosen, givens)
    found: list[Reading | None] = [None] * len(words)
    for reading in readings_:
        for at in reading.asked:
            found[at] = reading
    return Resolved(tuple(found), _tried(chosen, givens))


def _may_join(first: str, second: str, givens: Givens) -> bool:
    """Two words that may be one name written apart; a given name and an initial stay apart."""
    return (
        len(bare(first)) > 1
        and len(bare(second)) > 1
        and not (givens.known(first) and givens.known(second))
        and is_cyrillic(first) == is_cyrillic(second)
    )


def _joined(asked: list[Candidate], joined: list[Candidate]) -> list[Candidate]:
    """The candidates that stand: two words are one where together they are a surer name."""
    taken: dict[int, Candidate] = {}
    for pair in joined:
        first, second = (asked[at] for at in pair.at)
        grade = min(pair.grades.values(), default=SOUNDS)
        apart = max(_best(first), _best(second))
        if grade < SOUNDS and grade <= apart and not any(at in taken for at in pair.at):
            taken.update(dict.fromkeys(pair.at, pair))
            # Each half may be how the archive has it, too; the whole name goes before.
    chosen: dict[int, Candidate] = {}
    for at, candidate in enumerate(asked):
        chosen.setdefault(id(taken.get(at, candidate)), taken.get(at, candidate))
    return list(chosen.values())


def _best(candidate: Candidate) -> int:
    return min(candidate.grades.values(), default=SLIP + 9)


async def _slipped(
    connection: Connection, candidate: Candidate, vocabulary: Vocabulary, givens: Givens
) -> None:
    """What the word is a slip of, in every spelling of that."""
    await vocabulary.refresh(connection)
    meant = await vocabulary.slipped(clean(candidate.word))
    if not meant:
        return
    rows = await connection.rows(
        "SELECT id, word FROM names WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(meant)[:MOST_SPELLINGS]),),
    )
    right = [Candidate(candidate.at, word) for _, word in rows]
    await look_up(connection, right, givens)
    for other in right:
        for name_id, word in other.words.items():
            note(candidate, name_id, word, SLIP + other.grades[name_id])
    for name_id, word in rows:
        note(candidate, name_id, word, SLIP)


async def _persons(connection: Connection, candidates: Sequence[Candidate], givens: Givens) -> None:
    """Which given names stand by each spelling, in its newest mentions."""
    ids = sorted({name_id for candidate in candidates for name_id in candidate.grades})
    rows = await connection.rows(
        "SELECT DISTINCT wanted.value, mentions.given_id, given.word, mentions.weight >= ?"
        " FROM json_each(?) AS wanted CROSS JOIN mentions ON mentions.name_id = wanted.value"
        " AND mentions.sort >= coalesce((SELECT sort FROM mentions AS newest"
        "   WHERE newest.name_id = wanted.value ORDER BY sort DESC LIMIT 1 OFFSET ?), -9e18)"
        " LEFT JOIN names AS given ON given.id = mentions.given_id",
        (SURE, json.dumps(ids), SAMPLED),
    )
    for candidate in candidates:
        for name_id, _given_id, given, sure in rows:
            if name_id in candidate.grades:
                known = bool(given) and givens.known(given)
                candidate.sure = candidate.sure or bool(sure) or known
                if given:
                    candidate.givens.setdefault(name_id, set()).add(given)
    candidates_by_id: dict[str, int] = {row[2]: row[1] for row in rows if row[2]}
    for candidate in candidates:
        candidate.given_ids = candidates_by_id


def _same_person(candidate: Candidate, givens: Givens) -> None:
    """Keep a variant of the name only where it stands behind the same given name as the name."""
    near = [name_id for name_id, grade in candidate.grades.items() if grade % SLIP == VARIANT]
    own = {
        group
        for name_id, seen in candidate.givens.items()
        for word in seen
        if name_id not in near
        for group in givens.groups(word)
    }
    for name_id in near:
        if not any(givens.groups(word) & own for word in candidate.givens.get(name_id, ())):
            del candidate.grades[name_id], candidate.words[name_id]


def _read(chosen: list[Candidate], givens: Givens) -> list[Reading]:
    """Which candidate is the surname; what stands beside it only makes a release better."""
    beside = [c for c in chosen if _is_given(c, givens)]
    surnames = [c for c in chosen if c.grades and c not in beside]
    if not surnames:
        return [_reading(c) for c in chosen if c.grades and len(bare(c.word)) > 1]
    for candidate in chosen:
        if candidate not in beside and candidate not in surnames and _is_alike(candidate, surnames):
            beside.append(candidate)
    found = [_reading(c, optional=True) for c in beside]
    asked = [c.word for c in beside if not is_patronymic(c.word)]
    for candidate in surnames:
        ids = {
            candidate.given_ids[seen]
            for near in candidate.givens.values()
            for seen in near
            if _is_wanted(asked, seen, givens)
        }
        found.append(replace(_reading(candidate), givens=frozenset(ids)))
    return found


def _is_wanted(asked: Sequence[str], seen: str, givens: Givens) -> bool:
    """Whether a name seen before the surname makes a mention better: where none was asked for,
    any given name does, for it tells a person from what is called after one."""
    if not asked:
        return givens.known(seen) or is_initial(seen)
    return any(_agree(givens, word, seen) for word in asked)


def _agree(givens: Givens, asked: str, seen: str) -> bool:
    return givens.agree(asked, seen) or _alike(asked, seen)


def _is_given(candidate: Candidate, givens: Givens) -> bool:
    word = candidate.word
    return len(candidate.at) == 1 and (
        is_initial(word) or givens.known(word) or is_patronymic(word)
    )


def _alike(asked: str, seen: str) -> bool:
    one, other = readings(asked)[:1], readings(seen)[:1]
    return bool(one and other and JaroWinkler.similarity(one[0], other[0]) >= ALIKE)


def _is_alike(candidate: Candidate, surnames: list[Candidate]) -> bool:
    """Whether a word that is no name here is nearly a given name that a surname has."""
    return any(
        _alike(candidate.word, seen)
        for surname in surnames
        for near in surname.givens.values()
        for seen in near
    )


def _reading(candidate: Candidate, *, optional: bool = False) -> Reading:
    ranked = sorted(candidate.grades.items(), key=lambda item: (item[1], item[0]))
    spellings = tuple(
        Spelling(name_id, candidate.words[name_id], grade)
        for name_id, grade in ranked[:MOST_SPELLINGS]
    )
    return Reading(
        candidate.at, spellings, optional=optional, sure=candidate.sure, plain=candidate.plain
    )


def _tried(chosen: list[Candidate], givens: Givens) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for candidate in chosen:
        if not _is_given(candidate, givens):
            found.setdefault(candidate.word)
    return tuple(found)
