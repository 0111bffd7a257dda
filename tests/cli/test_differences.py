"""How the words of a release changed, readable: words are marked, and what stayed is folded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.cli import differences as module
from bot.cli.differences import Stretch, Way, differences, folded
from bot.cli.show import _difference
from storage import open_storage
from storage.model import Fate, Revision
from tests.fakes.releases import ARCHIVE, draft
from tests.running import environment, herald

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
texts = st.lists(st.sampled_from(["a", "b", "c", "the", "[-x-]", " ", "\n\n", "\n", "\u00a0"])).map(
    "".join
)


def text(stretches: list[Stretch], *ways: Way) -> list[str]:
    return " ".join(s.text for s in stretches if s.way in ways).split()


def shown(before: str, after: str) -> str:
    """What a pipe gets of two bodies with the same title."""
    revisions = [Revision(n, NOON, "Title", body) for n, body in enumerate((before, after), 1)]
    return _difference(*revisions).plain.removeprefix("Title").strip()


@given(texts, texts)
def test_no_word_is_lost_or_invented(before: str, after: str) -> None:
    """Kept and new words are the text after, kept and gone ones the text before."""
    found = differences(before, after)

    assert after.split() == text(found, Way.KEPT, Way.NEW)
    assert before.split() == text(found, Way.KEPT, Way.GONE)
    assert [s.way for s in found] == [
        s.way for place, s in enumerate(found) if not place or found[place - 1].way is not s.way
    ]


@given(texts, texts, st.integers(0, 3))
def test_folding_leaves_out_only_what_stayed(before: str, after: str, around: int) -> None:
    """All words are still there, and no more than asked stand beside a change."""
    found = differences(before, after)
    less = folded(found, around)

    assert [w for s in found for w in s.words] == [w for s in less for w in s.words]
    assert all(s.way is Way.KEPT for s in less if s.left_out)
    for place, stretch in enumerate(found):
        if stretch.way is Way.KEPT and len(found) > 1:
            sides = (place > 0) + (place < len(found) - 1)
            assert len(stretch.words) <= sides * around + 1 or any(s.left_out for s in less)


def test_words_are_marked_and_not_whole_lines() -> None:
    """One word of a paragraph; white space alone is no change."""
    before = "The council met at noon.\n\nIt found  nothing."
    after = "The council met at one.\n\nIt found nothing."

    assert "The council met at [-noon.-] {+one.+}\n\nIt found nothing." == shown(before, after)


def test_a_paragraph_that_comes_or_goes_is_marked_as_one() -> None:
    """Its marks stand at its words, not at the empty lines around it."""
    assert "One.\n\n{+Two, new.+}\n\nThree." == shown(
        "One.\n\nThree.", "One.\n\nTwo, new.\n\nThree."
    )
    assert "One.\n\n[-Two, old.-]" == shown("One.\n\nTwo, old.", "One.")


def test_long_stretches_that_stayed_are_counted() -> None:
    """A dozen words stand on either side of a change; a body that stayed is not shown at all."""
    many = " ".join(f"w{n}" for n in range(100))
    before, after = f"Old {many} end.", f"New {many} end."
    few = " ".join(f"w{n}" for n in range(12))

    assert f"[-Old-] {{+New+}} {few} [… 89 words …]" == shown(before, after)
    assert "" == shown(many, many)


def test_what_shares_too_little_is_compared_in_no_time() -> None:
    """Beyond its patience it calls all of a stretch gone and new, and loses no word."""
    before, after = "a b c " * 3000, "c b a " * 3000
    assert len(before.split()) * len(after.split()) > module.PATIENCE
    found = differences(before, after)

    assert [Way.GONE, Way.NEW] == [s.way for s in found]
    assert after.split() == text(found, Way.NEW)


def test_colours_are_for_a_terminal_alone() -> None:
    """Red and green where somebody looks; a pipe gets the marks."""
    one, two = (Revision(1, NOON, title, "Body.") for title in ("Old title", "New title"))
    said = []
    for terminal in (True, False):
        console = Console(force_terminal=terminal, color_system="standard" if terminal else None)
        with console.capture() as capture:
            console.print(_difference(one, two), soft_wrap=True)
        said.append(capture.get().strip())

    assert "\x1b[31m[-Old-]\x1b[0m \x1b[32m{+New+}\x1b[0m title" == said[0]
    assert "[-Old-] {+New+} title" == said[1]


async def test_show_history_tells_each_edit(tmp_path: Path) -> None:
    """Revision by revision, with its time; a release that never changed says so."""
    env = environment(tmp_path)
    async with open_storage(Path(env["HERALD_DATABASE"])) as storage:
        for hour, title in enumerate(["Council finds nothing", "Council finds all", "It is over"]):
            await storage.keep(
                ARCHIVE, [(draft(1, title), Fate.QUIET)], NOON + timedelta(hours=hour)
            )
        await storage.keep(ARCHIVE, [(draft(2), Fate.QUIET)], NOON)
    code, out, err = await herald(env, "show", "1", "--history")

    assert (0, "") == (code, err)
    assert [
        "Revision 1, seen 2026-11-25T12:00:00+00:00: Council finds nothing", "",
        "Revision 2, seen 2026-11-25T13:00:00+00:00:", "Council finds [-nothing-] {+all+}", "",
        "Revision 3, seen 2026-11-25T14:00:00+00:00:", "[-Council finds all-] {+It is over+}",
    ] == [line.rstrip() for line in out.rstrip().splitlines()]  # fmt: skip
    code, out, _ = await herald(env, "show", "2", "--history")
    assert (0, True) == (code, "has not changed" in out)
