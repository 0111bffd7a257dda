"""Given names: which mean the same, which words are one, what an initial may stand for."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from storage.model import Naming
from storage.search.names.cases import undone
from storage.search.names.fold import readings
from storage.search.names.letters import bare, is_cyrillic


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
        forms = undone(bare(word)) if is_cyrillic(word) else ((word, 0),)
        keys = [key for form, _ in forms for key in readings(form)]
        # The word as it stands goes before what it may be a case form or stranger reading of.
        for key in keys[:1]:
            if key in self._groups:
                return frozenset(self._groups[key])
        return frozenset(group for key in keys for group in self._groups.get(key, ()))

    def alias(self, key: str) -> frozenset[str]:
        """The keys that mean the same as this one."""
        return frozenset(self._aliases.get(key, ()))

    def agree(self, asked: str, seen: str) -> bool:
        """Whether two given names may be one person's: an initial agrees with all it may begin."""
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
