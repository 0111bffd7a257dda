"""Russian case endings undone: which nominatives a form may belong to, by rules alone."""

from __future__ import annotations

from functools import lru_cache

# Grades: the form itself, a rule made for such surnames, a rule for nouns at large.
SELF, RULE, GUESS = 0, 1, 2

_VOWELS = "аеёиоуыэюяіїє"
_POSSESSIVE = ("ов", "ев", "ёв", "ин", "ын")

# Endings of surnames that are adjectives, by the nominative they have.
_ADJECTIVES: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (stem + ending, tuple(stem + to for to in nominatives))
    for stem in ("ск", "цк")
    for ending, nominatives in (
        ("ого", ("ий",)), ("ому", ("ий",)), ("им", ("ий",)), ("ом", ("ий",)),
        ("ой", ("ая",)), ("ую", ("ая",)), ("ою", ("ая",)),
        ("ие", ("ий", "ая")), ("их", ("ий", "ая")), ("ими", ("ий", "ая")),
    )
)  # fmt: skip
_OTHERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ого", ("ый", "ой", "ий")), ("ому", ("ый", "ой", "ий")),
    ("его", ("ий",)), ("ему", ("ий",)), ("ую", ("ая",)), ("юю", ("яя",)),
)  # fmt: skip
_POSSESSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ыми", ("", "а")), ("ых", ("", "а")), ("ым", ("",)), ("ой", ("а",)), ("ою", ("а",)),
    ("ом", ("",)), ("ы", ("", "а")), ("у", ("", "а")), ("е", ("", "а")), ("а", ("",)),
)  # fmt: skip
_NOUNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ами", ("", "а")), ("ями", ("ь", "й", "я")), ("ом", ("",)), ("ем", ("ь", "й", "")),
    ("ём", ("ь", "й")), ("ой", ("а", "ая")), ("ей", ("я", "а")), ("ёй", ("я",)),
    ("ым", ("ый", "")), ("им", ("ий",)), ("ам", ("",)), ("ов", ("",)),
    ("а", ("",)), ("я", ("ь", "й")), ("у", ("", "а")), ("ю", ("ь", "й", "я")),
    ("е", ("", "а", "я", "ь", "й")), ("ы", ("а", "")), ("и", ("я", "а", "ь", "й")),
)  # fmt: skip
# Vowels that flee from the last syllable: Кравца is Кравец, Павла is Павел.
_FLEEING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("йц", ("ец", "яц")), ("ьц", ("ец",)), ("ц", ("ец",)), ("льк", ("лек",)), ("йк", ("ек",)),
    ("чк", ("чок", "чек")), ("ьк", ("ек",)), ("к", ("ок",)), ("л", ("ел", "ёл")),
    ("ьв", ("ев",)), ("тр", ("тер", "тёр")), ("бр", ("бер",)),
)  # fmt: skip
_FEWEST = 3


@lru_cache(maxsize=50_000)
def undone(word: str) -> tuple[tuple[str, int], ...]:
    """The form, in small letters, and the nominatives it may have, each with its grade."""
    found = {word: SELF}
    for base, grade in _candidates(word):
        if len(base) >= _FEWEST:
            found[base] = min(grade, found.get(base, GUESS))
    return tuple(found.items())


def _candidates(word: str) -> list[tuple[str, int]]:
    for ending, nominatives in _ADJECTIVES:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            return [(stem + nominative, RULE) for nominative in nominatives]
    if word.endswith(("ский", "цкий", "ская", "цкая", "ко", "ых", "их")):
        return _plural(word)
    for ending, nominatives in _POSSESSED:
        stem = word.removesuffix(ending)
        if stem != word and stem.endswith(_POSSESSIVE) and len(stem) > 3:
            # Of Лебедева only Лебедевой is made, but Калине of Калина.
            alone = ending == "е" and not stem.endswith(("ин", "ын"))
            return [(stem + nominative, RULE) for nominative in nominatives[: 1 if alone else 2]]
    return [] if word.endswith(_POSSESSIVE) else _nouns(word)


def _nouns(word: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for ending, nominatives in (*_OTHERS, *_NOUNS):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        found += [
            (stem + nominative, GUESS)
            for nominative in nominatives
            if _fits(stem, ending, nominative)
        ]
        if "" in nominatives and ending in ("а", "у", "ом", "е", "ем"):
            found += _filled(stem)
    return found


def _plural(word: str) -> list[tuple[str, int]]:
    if word.endswith("ых") and word[:-2].endswith(_POSSESSIVE):
        return [(word[:-2], RULE), (word[:-2] + "а", RULE)]
    return []


def _fits(stem: str, ending: str, nominative: str) -> bool:
    last = stem[-1]
    if nominative in ("й",):
        return last in _VOWELS
    if nominative in ("", "ь"):
        if last in _VOWELS or last in "йь":
            return False
        # -ем stands for -ом only after a hissing sound.
        return not (nominative == "" and ending == "ем" and last not in "жшщчц")
    if nominative == "а" and ending in ("и", "ей"):
        return last in "гкхжшщчц"
    return not (nominative == "а" and last in "ьй")


def _filled(stem: str) -> list[tuple[str, int]]:
    for cluster, filled in _FLEEING:
        before = stem[: -len(cluster)]
        if (stem.endswith(cluster) and before and before[-1] not in _VOWELS) or (
            stem.endswith(cluster) and cluster[0] in "йь"
        ):
            return [(before + end, GUESS) for end in filled]
    return []
