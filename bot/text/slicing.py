"""Stretches of a RichText with the spans that lie in them: one sweep, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.text.build import clipped
from storage.model import RichText, Span

Stretch = tuple[int, int]  # from and to, in code points


def covered(rich: RichText, stretches: Iterable[Stretch]) -> Iterator[tuple[Stretch, list[Span]]]:
    """Each stretch with the spans that reach into it, the outer before the inner.

    Stretches come in order, and spans as they are, not cut.
    """
    waiting = sorted(rich.spans, key=lambda s: (s.start, -s.end), reverse=True)
    active: list[Span] = []
    for start, end in stretches:
        active = [span for span in active if span.end > start]
        while waiting and waiting[-1].start < end:
            active.append(waiting.pop())
        yield (start, end), active


def slices(rich: RichText, stretches: Iterable[Stretch]) -> Iterator[RichText]:
    """The text of each stretch, its spans cut to it."""
    for (start, end), spans in covered(rich, stretches):
        yield RichText(rich.text[start:end], clipped(spans, start, end))


def spanned(rich: RichText) -> Iterator[tuple[Stretch, list[Span]]]:
    """The text cut wherever a span begins or ends, with the spans that lie over each piece."""
    cuts = sorted({0, len(rich.text), *(at for s in rich.spans for at in (s.start, s.end))})
    return covered(rich, pairwise(cuts))
