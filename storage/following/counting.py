"""How many releases meet a follow already: counted by what will find those to come."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict

from storage.database import Connection
from storage.following.matching import has_verbatim, has_words, words_of
from storage.following.namesakes import may_be, may_be_alone, person
from storage.following.wishes import Meaning, taken_apart
from storage.model import Follow, Naming
from storage.search.expression import expression
from storage.search.names.follow import follow_keys, spells
from storage.search.query import Query, Term
from storage.search.stems import WORD

COUNTING_SECONDS = 10.0
# So many releases with the words are read; that there are more is all that is said then.
MOST_READ = 2_000
MOST_LISTED = 50_000
PIECE = 10
# So many mentions of a name at a time.
MENTIONS = 1_000

# What stands before a name, in each release that has the name.
Seen = dict[int, set[str]]


async def count(
    connection: Connection, follow: Follow, naming: Naming, meaning: Meaning
) -> tuple[int, bool]:
    """How many releases have it, and whether there are more than were counted."""
    found = await _named(connection, follow.value, naming, meaning) if meaning.named else set()
    more = False
    if meaning.worded:
        more = await _read(connection, _words(follow.value), follow.value, found, verbatim=False)
    if meaning.named:
        more |= await _read(connection, _phrase(follow.value), follow.value, found, verbatim=True)
    return len(found), more


async def _named(connection: Connection, value: str, naming: Naming, meaning: Meaning) -> set[int]:
    """The releases that mention the person."""
    who = person(value, naming)
    each = [await _mentions(connection, name, naming) for name in who.surnames]
    whole = each[0] if len(each) == 1 else await _mentions(connection, who.joined, naming)
    last, all_there = each[-1], set.intersection(*(set(seen) for seen in each))
    found = {sort for sort in all_there if may_be(who, last[sort], naming)}
    found |= {s for s in whole.keys() - all_there if may_be(who, whole[s], naming)}
    if meaning.alone:
        found |= {sort for sort, seen in last.items() if may_be_alone(who, seen, naming)}
    return found


async def _mentions(connection: Connection, name: str, naming: Naming) -> Seen:
    keys = json.dumps(sorted(follow_keys(name, naming)))
    rows = await connection.rows(_NAMES, (keys,))
    found: Seen = defaultdict(set)
    for number in [number for number, word in rows if spells(name, word, naming)]:
        after = (_FIRST, 0)
        while some := await connection.rows(_MENTIONS, (number, *after, MENTIONS)):
            for sort, given_id, given in some:
                found[sort].add(given)
                after = (sort, given_id)
            await asyncio.sleep(0)
    return found


async def _read(
    connection: Connection, words: str, value: str, found: set[int], *, verbatim: bool
) -> bool:
    """Add the newest releases that have the words; whether there are more than were read."""
    rows = await connection.rows(_WITH_WORDS, (words, MOST_LISTED))
    other = [row[0] for row in rows if row[0] not in found]
    unread = other[:MOST_READ]
    for start in range(0, len(unread), PIECE):
        some = json.dumps(unread[start : start + PIECE])
        for sort, title, body in await connection.rows(_TEXTS, (some,)):
            text = words_of(title, body)
            if has_verbatim(value, text) if verbatim else has_words(value, text):
                found.add(sort)
        await asyncio.sleep(0)
    return len(other) > MOST_READ


def _words(value: str) -> str:
    # In small letters a word is looked for as one and as a name.
    parts = [tuple(w.lower() for w in part) for part in taken_apart(value).parts]
    return expression(Query(tuple((Term(part, True),) for part in parts)))


def _phrase(value: str) -> str:
    words = tuple(word.lower() for word in WORD.findall(value))
    return expression(Query(((Term(words, True),),)))


_NAMES = """
SELECT DISTINCT names.id, names.word
FROM json_each(?) AS wanted CROSS JOIN name_keys ON name_keys.key = wanted.value
CROSS JOIN names ON names.id = name_keys.name_id
"""
_FIRST = -(2**63)  # before every place in the order
_MENTIONS = """
SELECT mentions.sort, mentions.given_id, coalesce(given.word, '')
FROM mentions LEFT JOIN names AS given ON given.id = mentions.given_id
WHERE mentions.name_id = ? AND (mentions.sort, mentions.given_id) > (?, ?)
ORDER BY mentions.sort, mentions.given_id LIMIT ?
"""
_WITH_WORDS = """
SELECT rowid FROM release_words WHERE release_words MATCH ? ORDER BY rowid DESC LIMIT ?
"""
_TEXTS = "SELECT sort, title, body FROM releases WHERE sort IN (SELECT value FROM json_each(?))"
