"""Who is in the archive: how a person is written most, who is there most, who is nearest."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from storage.database import Connection
from storage.model import Naming, Person
from storage.search.names.cases import undone
from storage.search.names.ears import ears, heard
from storage.search.names.fold import readings
from storage.search.names.given import Givens, givens_of, is_initial
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.mentions import UNSURE
from storage.search.names.ordinary import is_thing
from storage.search.names.patronymics import is_patronymic
from storage.search.names.resolved import believed
from storage.search.resolving import resolve

# Of so many names, the most frequent, those that are persons' are listed.
CONSIDERED = 400
SAMPLED = 60
COUNTED = 20_000

Pair = tuple[int, str, str, int]  # name id, name, given name, in how many of the sampled mentions


async def pairs(connection: Connection, ids: Iterable[int]) -> list[Pair]:
    """What stands before these names in their newest mentions."""
    rows = await connection.rows(
        "SELECT wanted.value, name.word, coalesce(given.word, ''), count(*)"
        " FROM json_each(?) AS wanted"
        " JOIN names AS name ON name.id = wanted.value"
        " CROSS JOIN mentions ON mentions.name_id = wanted.value"
        " AND mentions.sort >= coalesce((SELECT sort FROM mentions AS newest"
        "   WHERE newest.name_id = wanted.value ORDER BY sort DESC LIMIT 1 OFFSET ?), -9e18)"
        " LEFT JOIN names AS given ON given.id = mentions.given_id"
        # What is called after somebody with the given name is no person.
        " WHERE mentions.given_id = 0 OR mentions.weight > ?"
        " GROUP BY wanted.value, mentions.given_id",
        (json.dumps(list(ids)), SAMPLED, UNSURE),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def nominative(word: str, given: str, givens: Givens) -> str:
    """The surname as it stands alone: the case of the given name beside it tells its own."""
    if not is_cyrillic(word) or not given or _stands(given, givens):
        return word
    bases = [base for base, grade in undone(bare(word)) if grade]
    return _capital(bases[0], word) if bases else word


def _stands(given: str, givens: Givens) -> bool:
    return _member(bare(given), given, givens) is not None


def _member(form: str, given: str, givens: Givens) -> str | None:
    """The given name of the table that this form is, ё and е being one letter."""
    for group in sorted(givens.groups(given)):
        for member in givens.members[group]:
            if bare(member).replace("ё", "е") == form.replace("ё", "е"):
                return member
    return None


def _given_nominative(given: str, givens: Givens) -> str:
    if not is_cyrillic(given) or _stands(given, givens):
        return given
    forms = (_member(base, given, givens) for base, _ in undone(bare(given)))
    return next((form for form in forms if form is not None), given)


def _capital(base: str, word: str) -> str:
    if "-" in word:
        return word
    return base[0].upper() + base[1:]


def shown(found: Sequence[Pair], beside: Sequence[str], givens: Givens, language: str) -> str:
    """How the person whose given names are `beside` is written most; else who is there most."""
    meant = [p for p in found if p[2] and any(givens.agree(one, p[2]) for one in beside)] or found
    own = [pair for pair in meant if is_cyrillic(pair[1]) == (language == "ru")] or meant
    names: Counter[str] = Counter()
    for _, word, given, count in own:
        known = given if givens.known(given) or is_initial(given) else ""
        names[_full(word, known, givens)] += count * (3 if known and not is_initial(known) else 1)
    return names.most_common(1)[0][0] if names else ""


def _full(word: str, given: str, givens: Givens) -> str:
    if not given:
        return word
    dot = "." if is_initial(given) else ""
    return f"{_given_nominative(given, givens)}{dot} {nominative(word, given, givens)}"


async def people(
    connection: Connection,
    naming: Naming,
    year: int | None,
    count: int,
    skip: int,
    language: str,
) -> tuple[int, list[Person]]:
    """Who is in the archive, or in a year of it, most: how many there are, and some of them."""
    givens = givens_of(naming)
    rows = await connection.rows(
        "SELECT name_id, sum(releases) AS total FROM name_years WHERE (?1 IS NULL OR year = ?1)"
        " GROUP BY name_id ORDER BY total DESC LIMIT ?2",
        (year, CONSIDERED),
    )
    totals = {row[0]: int(row[1]) for row in rows}
    merged = merged_persons(await pairs(connection, totals), givens)
    counts = {ids: sum(totals[i] for i in ids) for ids in merged}
    ranked = sorted(merged, key=lambda ids: (-counts[ids], min(ids)))
    # Spellings of one person may stand in one release: so much is counted as can change the page.
    near = ranked[: skip + 2 * count]
    exact = {ids: await _releases(connection, ids, year) for ids in near}
    ranked = sorted(near, key=lambda ids: (-exact[ids], min(ids))) + ranked[len(near) :]
    found = [
        await counted(connection, best_name(merged[ids], givens, language), ids, naming, year)
        for ids in ranked[skip : skip + count]
    ]
    return len(ranked), sorted(found, key=lambda one: -one.releases)


def merged_persons(found: list[Pair], givens: Givens) -> dict[frozenset[int], list[Pair]]:
    """Persons, each the names that spell one surname, with what they were seen behind."""
    by_key: dict[str, list[Pair]] = defaultdict(list)
    named: Counter[str] = Counter()
    for pair in found:
        _, word, given, count = pair
        if givens.known(word) or is_patronymic(word) or len(word) < 3 or is_thing(word.lower()):
            continue
        known = givens.known(given)
        key = "".join(readings(nominative(word, given if known else "", givens))[:1])
        by_key[key].append(pair)
        if known:
            named[key] += count
    taken: set[int] = set()
    merged: dict[frozenset[int], list[Pair]] = {}
    for keys in _one_name(named, by_key, givens):
        ids = frozenset(pair[0] for key in keys for pair in by_key[key]) - taken
        if ids:
            taken |= ids
            merged[ids] = [pair for key in keys for pair in by_key[key]]
    return merged


def _one_name(
    named: Counter[str], by_key: dict[str, list[Pair]], givens: Givens
) -> list[tuple[str, ...]]:
    """The keys that are one surname's: by an alias, or by the ear behind the same given names."""
    order = [key for key, _ in named.most_common()]
    heard_as: dict[str, set[str]] = defaultdict(set)
    for key in order:
        for ear in ears(by_key[key][0][1]):
            heard_as[ear].add(key)
    taken: set[str] = set()
    found: list[tuple[str, ...]] = []
    for key in order:
        if key in taken:
            continue
        near = {other for ear in ears(by_key[key][0][1]) for other in heard_as[ear]}
        same = {other for other in near if _sound(by_key[key], by_key[other], givens)}
        same |= givens.alias(key) & named.keys()
        found.append((key, *sorted(same - taken - {key})))
        taken |= {key, *same}
    return found


def _sound(one: list[Pair], other: list[Pair], givens: Givens) -> bool:
    word, second = one[0][1], other[0][1]
    if is_cyrillic(word) == is_cyrillic(second):
        return False
    if not (heard(second, word) if is_cyrillic(word) else heard(word, second)):
        return False
    groups, others = (
        {g for _, _, given, _ in p for g in givens.groups(given)} for p in (one, other)
    )
    return bool(groups & others)


def best_name(found: list[Pair], givens: Givens, language: str) -> str:
    names: Counter[str] = Counter()
    for _, word, given, count in found:
        if givens.known(given):
            native = is_cyrillic(word) == (language == "ru")
            names[_full(word, given, givens)] += count * (1000 if native else 1)
    return names.most_common(1)[0][0]


async def _releases(connection: Connection, ids: Iterable[int], year: int | None) -> int:
    """How many releases have any of these names, or about so many."""
    known = json.dumps(sorted(ids))
    rows = await connection.rows(
        "SELECT sum(releases) FROM name_years WHERE name_id IN (SELECT value FROM json_each(?1))"
        " AND (?2 IS NULL OR year = ?2) GROUP BY name_id",
        (known, year),
    )
    totals = [int(row[0]) for row in rows]
    if len(totals) < 2 or sum(totals) > COUNTED:
        return max(totals, default=0)
    return int(
        await connection.value(
            "SELECT count(DISTINCT mentions.sort) FROM mentions"
            " JOIN releases ON releases.sort = mentions.sort"
            " WHERE name_id IN (SELECT value FROM json_each(?1))"
            " AND (?2 IS NULL OR substr(releases.published, 1, 4) = ?2)",
            (known, None if year is None else f"{year:04}"),
        )
    )


async def counted(
    connection: Connection, name: str, ids: frozenset[int], naming: Naming, year: int | None
) -> Person:
    """The person with as many releases as a search for the name finds."""
    resolved = await resolve(connection, name.split(), naming)
    meant = [r for r in resolved.readings if r is not None and not r.optional]
    spelled = {spelling.name_id for reading in meant for spelling in believed(reading)}
    return Person(name, await _releases(connection, spelled or ids, year))
