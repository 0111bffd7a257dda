"""Given names: which mean the same, which words are one, what an initial may stand for."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from storage.model import Naming
from storage.search.names.cases import undone
from storage.search.names.fold import readings
from storage.search.names.letters import bare, is_cyrillic
from storage.search.names.ordinary import is_never_given

# A short word is read in its usual way alone: any other may be some name or other.
SHORT = 5


class Givens:
    """What is known of given names and of aliases."""

    def __init__(self, naming: Naming) -> None:
        self._groups: dict[str, set[int]] = defaultdict(set)
        self._letters: dict[int, set[str]] = defaultdict(set)
        self.members = naming.given
        for number, group in enumerate(naming.given):
            for name in group:
                for key in readings(name)[:1]:
                    self._groups[key].add(number)
                    self._letters[number].add(key[0])
        self._aliases: dict[str, set[str]] = defaultdict(set)
        for alias in naming.aliases:
            surnames = [name.split()[-1] for name in alias if name.split()]
            heads = {key for name in surnames for key in readings(name)[:1]}
            for key in heads:
                self._aliases[key] |= heads - {key}

    def groups(self, word: str) -> frozenset[int]:
        """The groups that the word belongs to, in any case form and transliteration."""
        return _groups_of(self, word)

    def known(self, word: str) -> bool:
        return bool(self.groups(word))

    def find(self, word: str) -> frozenset[int]:
        if is_never_given(word.lower()):
            return frozenset()
        forms = undone(bare(word)) if is_cyrillic(word) else ((word, 0),)
        most = 2 if len(word) > SHORT else 1
        keys = [key for form, _ in forms for key in readings(form)[:most]]
        # The word as it stands goes before what it may be a case form or stranger reading of.
        for key in keys[:1]:
            if key in self._groups:
                return frozenset(self._groups[key])
        return frozenset(group for key in keys for group in self._groups.get(key, ()))

    def alias(self, key: str) -> frozenset[str]:
        """The keys that mean the same as this one."""
        return frozenset(self._aliases.get(key, ()))

    def keys(self, word: str) -> frozenset[str]:
        """The keys of every name that means the same given name as this one."""
        return _keys_of(self, word)

    def letters(self, word: str) -> frozenset[str]:
        """The initials, in both scripts, that names which mean the same as this one begin with."""
        if is_initial(word):
            return _LETTERS.get(word.upper(), frozenset(word.upper()))
        members = (member for group in self.groups(word) for member in self.members[group])
        return frozenset(member[0].upper() for member in members)

    def agree(self, asked: str, seen: str) -> bool:
        """Whether two given names may be one person's: an initial agrees with all it may begin."""
        return _agreed(self, asked, seen)

    def compare(self, asked: str, seen: str) -> bool:
        if is_initial(asked) or is_initial(seen):
            return bool(self._beginnings(asked) & self._beginnings(seen))
        one, other = self.groups(asked), self.groups(seen)
        if one and other:
            return bool(one & other)
        return bool(set(_forms(asked)) & set(_forms(seen)))

    def _beginnings(self, word: str) -> set[str]:
        own = {key[0] for key in readings(word)} | ({"k", "h"} if word[:1] in "CKСКХ" else set())
        return own.union(*(self._letters[group] for group in self.groups(word)))


def _forms(word: str) -> list[str]:
    if not is_cyrillic(word):
        return list(readings(word))
    return [key for form, _ in undone(bare(word)) for key in readings(form)]


@lru_cache(maxsize=20_000)
def _groups_of(givens: Givens, word: str) -> frozenset[int]:
    return givens.find(word)


@lru_cache(maxsize=5_000)
def _keys_of(givens: Givens, word: str) -> frozenset[str]:
    members = (member for group in givens.groups(word) for member in givens.members[group])
    return frozenset(key for member in members for key in readings(member)[:1] if len(key) > 1)


@lru_cache(maxsize=50_000)
def _agreed(givens: Givens, asked: str, seen: str) -> bool:
    return givens.compare(asked, seen)


_PAIRS = """
    AА AЯ BБ BВ CК CС CЦ CЧ DД EЕ EЭ EИ FФ GГ GЖ GД HХ HГ IИ IЙ IЯ JД JЙ JЖ JХ JЮ JЯ KК KХ LЛ MМ NН
    OО PП QК RР SС SЗ SШ TТ TЦ UУ UЮ VВ VФ WВ WУ XК XС YЙ YИ YЮ YЯ YЕ ZЗ ZЖ ZЦ
    """


def _across() -> dict[str, frozenset[str]]:
    """Which initials may be one letter in the two scripts."""
    found: dict[str, set[str]] = {}
    for one, other in map(tuple, _PAIRS.split()):
        found.setdefault(one, {one}).add(other)
        found.setdefault(other, {other}).add(one)
    return {letter: frozenset(others) for letter, others in found.items()}


_LETTERS = _across()
_made: list[tuple[Naming, Givens]] = []


def givens_of(naming: Naming) -> Givens:
    """What is known of names, made ready once."""
    for known, givens in _made:
        if known is naming:
            return givens
    givens = Givens(naming)
    _made[:] = [(naming, givens), *_made[:3]]
    return givens


def is_initial(word: str) -> bool:
    return len(bare(word)) == 1
