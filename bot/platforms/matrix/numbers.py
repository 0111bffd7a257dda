"""Matrix knows no buttons: what can be pressed is a numbered list, and a number presses it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from bot.chat import Button, Rows
from bot.text.characters import decodable
from bot.text.links import usable

KEYCAP = "\ufe0f\u20e3"  # behind a digit
TEN = "\N{KEYCAP TEN}"
GAP = "   "

_TYPED = re.compile(r"([0-9]{1,3})[.)]?")
_KEYCAP = re.compile(r"([0-9])\ufe0f?\u20e3")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the list: its number, or a link that has none."""

    label: str
    number: int = 0
    command: str = ""
    url: str = ""


def numbered(rows: Rows, first: int = 1) -> list[list[Choice]]:
    """The buttons that Matrix can show, from this number on. There is nobody to share with."""
    number = first
    found = []
    for row in rows:
        line = []
        for button in row:
            choice = _choice(button, number)
            if choice is not None:
                line.append(choice)
                number += bool(choice.number)
        if line:
            found.append(line)
    return found


def commands(lines: list[list[Choice]]) -> Mapping[int, str]:
    """What each number asks."""
    return {choice.number: choice.command for line in lines for choice in line if choice.number}


def plain(lines: list[list[Choice]]) -> str:
    """The list as text."""
    return "\n".join(GAP.join(map(_plain, line)) for line in lines)


def html(lines: list[list[Choice]]) -> str:
    """The list as HTML."""
    between = "&nbsp;" * (len(GAP) - 1) + " "
    return "<br>".join(between.join(map(_html, line)) for line in lines)


def sign(number: int) -> str:
    """How a number stands in the list: as the emoji that chooses it, where there is one."""
    if number < 10:
        return f"{number}{KEYCAP}"
    return TEN if number == 10 else f"[{number}]"


def typed(words: str) -> int | None:
    """The number that somebody wrote, and nothing else."""
    words = words.strip()
    if found := _TYPED.fullmatch(words) or _KEYCAP.fullmatch(words):
        return int(found[1])
    return 10 if words.rstrip("\ufe0f") == TEN else None


def marked(mark: str) -> int | None:
    """The number that a reaction stands for."""
    if found := _KEYCAP.fullmatch(mark.strip()):
        return int(found[1])
    return typed(mark)


def _choice(button: Button, number: int) -> Choice | None:
    label = " ".join(decodable(button.label).split())
    if not label or button.share:
        return None
    if button.url:
        url = usable(button.url)
        return Choice(label, url=url) if url else None
    # A list's own numbers are in its labels already.
    return Choice("" if label == str(number) else label, number, button.command)


def _plain(choice: Choice) -> str:
    if choice.url:
        return f"{choice.label}: {choice.url}"
    return " ".join(_parts(choice))


def _html(choice: Choice) -> str:
    if choice.url:
        return f'<a href="{escape(choice.url)}">{escape(choice.label)}</a>'
    return "&nbsp;".join(escape(part) for part in _parts(choice))


def _parts(choice: Choice) -> Iterator[str]:
    yield sign(choice.number)
    if choice.label:
        yield choice.label
