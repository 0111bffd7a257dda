"""How good answers to the queries of a set are: class by class, and as one figure."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import fmean

from tests.benchmarks.names.queries import Query

Search = Callable[[str], list[str]]
FIRST, PAGE = 5, 10


@dataclass(slots=True)
class Marks:
    """Of the queries of one class: recall and precision of the first five, and the rank."""

    recall: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    rank: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Score:
    """Marks by class, the share of absent names that were answered, what went wrong, and how long
    each query took, in milliseconds.

    The schemes of transliteration are one class.
    """

    classes: dict[str, Marks] = field(default_factory=lambda: defaultdict(Marks))
    answered: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[tuple[Query, list[str]]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def mean(self, mark: str) -> float:
        """The mean over the classes."""
        return fmean(fmean(getattr(one, mark)) for one in self.classes.values())

    @property
    def false(self) -> float:
        """The share of queries for what is not there that were answered."""
        return fmean(one for some in self.answered.values() for one in some)

    @property
    def whole(self) -> float:
        """Half recall, three tenths rank, a fifth precision, less what was answered falsely."""
        marks = 0.5 * self.mean("recall") + 0.3 * self.mean("rank") + 0.2 * self.mean("precision")
        return marks * (1 - self.false)


def scored(search: Search, queries: Iterable[Query]) -> Score:
    """Ask all of them and mark the answers."""
    score = Score()
    for query in queries:
        began = time.perf_counter()
        answer = search(query.words)[:PAGE]
        score.took.append((time.perf_counter() - began) * 1000)
        if query.right:
            _mark(score, query, answer)
        else:
            score.answered[query.kind].append(bool(answer))
            if answer:
                score.wrong.append((query, answer))
    score.took.sort()
    return score


def _mark(score: Score, query: Query, answer: list[str]) -> None:
    marks = score.classes[query.kind.partition("_")[0] if "translit" in query.kind else query.kind]
    first = answer[:FIRST]
    hits = sum(one in query.right for one in first)
    ranks = [1 / at for at, one in enumerate(answer, 1) if one in query.right]
    marks.recall.append(hits / min(FIRST, len(query.right)))
    marks.precision.append(hits / len(first) if first else 0.0)
    marks.rank.append(ranks[0] if ranks else 0.0)
    if hits < min(FIRST, len(query.right)) or hits < len(first):
        score.wrong.append((query, answer))
