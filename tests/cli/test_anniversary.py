"""`herald anniversary` from the shell, with the default campaign's three events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import environment, herald


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Settings with no database yet: what is asked is understood all the same."""
    return environment(tmp_path)


@pytest.mark.parametrize(
    ("words", "event", "number", "day"),
    [
        (["5"], "magnitsky", 5, "2014-11-16"), (["2014"], "magnitsky", 5, "2014-11-16"),
        (["arrest", "5"], "arrest", 5, "2013-11-24"),
        (["5", "--event", "arrest"], "arrest", 5, "2013-11-24"),
        (["пятая", "--event", "act"], "act", 5, "2017-12-14"),
        (["пятая годовщина закона"], "act", 5, "2017-12-14"),
    ],
)  # fmt: skip
async def test_which_event(
    env: dict[str, str], words: list[str], event: str, number: int, day: str
) -> None:
    """By the option or by the words, in either language."""
    code, out, _ = await herald(env, "anniversary", *words, "--json")
    found = json.loads(out)

    assert (0, event, number, day, []) == (
        code, found["event"], found["number"], found["date"], found["releases"],
    )  # fmt: skip


@pytest.mark.parametrize("which", ["2008", "2009", "0", "2999", "99999999"])
async def test_a_year_with_none_is_no_failure(env: dict[str, str], which: str) -> None:
    """Exit 0: for programs an empty list with all its keys, for people a sentence."""
    code, out, err = await herald(env, "anniversary", which, "--json")
    found = json.loads(out)

    assert (0, "", []) == (code, err, found["releases"])
    assert {"event", "number", "year", "date", "releases"} == set(found)
    code, out, err = await herald(env, "anniversary", which)
    assert (0, "", 1) == (code, err, len(out.splitlines()))


@pytest.mark.parametrize(
    "words",
    [["soon"], ["arrest", "soon"], ["5", "6"], ["arrest", "2014", "7"], ["5", "--event", "none"]],
)
async def test_what_cannot_be_understood(env: dict[str, str], words: list[str]) -> None:
    """With or without --json: exit 2, one sentence, and nothing on standard output."""
    for form in ([], ["--json"]):
        code, out, err = await herald(env, "anniversary", *words, *form)

        assert (2, "", 1) == (code, out, len(err.splitlines()))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["5"], "The death of Sergei Magnitsky: 5th anniversary, 16 November 2014\n"),
        (["2008"], "That is before it happened: that was on 16 November 2009."),
        (["9999"], "That is too far in the future for me.\n"),
        (["5", "2014"], "The death of Sergei Magnitsky: 5th anniversary, 16 November 2014\n"),
    ],
)
async def test_the_words_are_those_of_the_chat(
    env: dict[str, str], words: list[str], said: str
) -> None:
    """Numbers and days as the chat says them; a number and its own year are no two wishes."""
    code, out, _ = await herald(env, "anniversary", *words)

    assert (0, said) == (code, out[: len(said)])
