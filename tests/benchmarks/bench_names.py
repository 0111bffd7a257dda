"""How well names are found: `python -m tests.benchmarks.bench_names`.

An archive of invented persons and many more invented names is asked for the persons as people
type: transliterated, in case endings, mistyped, reversed, by initials; and for what is not there.
Prints the marks by class, then how long random strings take. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from statistics import fmean

from tests.benchmarks.names.build import built
from tests.benchmarks.names.queries import queries
from tests.benchmarks.names.scoring import Score, Search, scored
from tests.benchmarks.names_adapter import make

RELEASES, DISTRACTORS, STRINGS = 400, 2000, 60_000
PIECES = (
    *"\0\n\r\t\"'`*^:()[]{}+-–—~|&!?.,;%_\\/<>@#=0123456789aяёйÅßﬁＺ中🙂\u200b\u202e\u0301\ud800\udfff",
    "AND", "OR", "NOT", "NEAR", "ИЛИ", "NEAR(", "intitle:", "year:", "год:", "after:",
    "before:2014", "2014-02-30", "lang:", "sort:", "sort:new", "-", '"', "''", "x" * 300, "я" * 64,
    "a*", "{a b}:", "Lazarev", "Шестаковой", "O'Rourke", "van der", "И.О.", "e\u0301", "👨‍👩‍👧",
    "9" * 30,
)  # fmt: skip


def strings(count: int, seed: int) -> Iterator[str]:
    """Random strings of what breaks a query language or a database."""
    chance = random.Random(seed)
    for _ in range(count):
        parts = chance.choices(PIECES, k=chance.randint(0, 12))
        yield chance.choice(("", " ")).join(parts)


def fuzzed(search: Search, count: int, seed: int) -> tuple[list[float], list[str]]:
    """Milliseconds of each string, sorted, and what raised."""
    took, raised = list[float](), list[str]()
    for one in strings(count, seed):
        began = time.perf_counter()
        try:
            search(one)
        except Exception as error:  # noqa: BLE001 - any at all is what is looked for
            raised.append(f"{one!r}: {error!r}")
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took), raised


def lines(score: Score) -> Iterator[str]:
    """The marks as a table."""
    yield f"{'class':16}{'n':>5}{'R@5':>8}{'MRR@10':>8}{'P@5':>8}"
    for name, marks in sorted(score.classes.items()):
        yield (
            f"{name:16}{len(marks.recall):5}"
            f"{fmean(marks.recall):8.3f}{fmean(marks.rank):8.3f}{fmean(marks.precision):8.3f}"
        )
    for name, answered in sorted(score.answered.items()):
        yield f"{name:16}{len(answered):5}  answered {fmean(answered):.3f}"
    yield (
        f"score {score.whole:.3f}   R@5 {score.mean('recall'):.3f}"
        f"   false positives {score.false:.3f}   {times(score.took)}"
    )


def times(took: list[float]) -> str:
    """Two quantiles of sorted milliseconds."""
    return f"p50 {took[len(took) // 2]:.2f} ms, p99 {took[len(took) * 99 // 100]:.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_names", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--distractors", type=int, default=DISTRACTORS)
    parser.add_argument("--strings", type=int, default=STRINGS, help="random strings to ask for")
    parser.add_argument("--wrong", action="store_true", help="print each query answered wrongly")
    given = parser.parse_args()
    archive = built(given.seed, RELEASES, given.distractors)
    search = make(archive.releases)
    score = scored(search, queries(archive, given.seed))
    print("\n".join(lines(score)), flush=True)
    if given.wrong:
        for query, answer in sorted(score.wrong, key=lambda one: one[0].kind):
            good = sum(one in query.right for one in answer)
            print(f"{query.kind:18} {query.words!r}: {good} right of {len(answer)}")
    if given.strings:
        took, raised = fuzzed(search, given.strings, given.seed)
        print(f"{given.strings:,} random strings: {len(raised)} raised, {times(took)}")
        print("\n".join(raised[:10]))


if __name__ == "__main__":
    main()
