"""Who may import whom: the arrows of the house, executable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EVERYTHING = {"*"}

# A room and the rooms it may import. "storage.model" are the nouns, "storage" is the front door.
# Everybody may import bot.logs, which says what may be logged of an error.
ROOMS: dict[str, set[str]] = {
    "storage": set(),
    "config": set(),
    "bot.i18n": set(),
    "bot.logs": set(),
    "bot.proxy": set(),
    "bot.demo": set(),
    "bot.text": {"storage.model"},
    "bot.anniversaries": {"storage.model"},
    "bot.waiting": set(),
    "bot.pacing": {"bot.waiting", "storage.model"},
    "bot.metrics": {"storage.model"},
    "bot.health": set(),
    "bot.standings": {"bot.health", "storage"},
    "bot.chat": {"storage", "bot.text", "bot.pacing"},
    "bot.present": {"bot.chat", "bot.text", "bot.i18n", "storage.model"},
    "bot.archive": {"storage", "bot.text", "bot.anniversaries", "bot.proxy"},
    "bot.delivery": {
        "bot.chat", "bot.present", "storage", "bot.text", "bot.pacing", "bot.waiting",
    },
    "bot.commands": {
        "bot.chat", "bot.present", "storage", "bot.text", "bot.i18n", "bot.anniversaries",
    },
    "bot.patience": set(),
    "bot.awaited": set(),
    "bot.router": {
        "bot.awaited", "bot.chat", "bot.commands", "bot.patience", "bot.present", "storage",
        "bot.i18n",
    },
    "bot.connections": set(),
    "bot.inside": set(),
    "bot.server": {"bot.connections", "bot.inside", "storage"},
    "bot.monitor": {"bot.server", "bot.metrics", "bot.health", "bot.waiting", "storage"},
    "bot.supervise": {"bot.chat", "bot.waiting", "storage"},
    "bot.presence": {
        "bot.chat", "bot.delivery", "bot.present", "bot.standings", "bot.supervise",
    },
    "bot.platforms": {
        "bot.chat", "bot.present", "bot.text", "bot.i18n", "bot.pacing", "bot.patience",
        "bot.proxy", "bot.waiting", "config", "storage",
    },
    "bot.app": EVERYTHING,
    "bot.cli": EVERYTHING,
    "bot.__main__": EVERYTHING,
}  # fmt: skip


def room(module: str) -> str:
    """The room a module of ours stands in; "" for anything else."""
    fitting = [r for r in ROOMS if module == r or module.startswith(r + ".")]
    return max(fitting, key=len, default="")


def files() -> list[Path]:
    return sorted(f for top in ("bot", "storage", "config") for f in (ROOT / top).rglob("*.py"))


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[str]:
    """Every module of ours that a file imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the arrow"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_file_stands_in_a_room() -> None:
    """Nothing of Herald lies outside the rooms."""
    assert [] == [str(f) for f in files() if name_of(f) != "bot" and not room(name_of(f))]


@pytest.mark.parametrize("file", files(), ids=name_of)
def test_imports_follow_the_arrows(file: Path) -> None:
    """A file imports only what its room may."""
    here = room(name_of(file))
    allowed = ROOMS.get(here, EVERYTHING)
    if allowed == EVERYTHING:
        return
    wrong = [
        module
        for module in imports(file)
        if (there := room(module)) and there not in allowed | {here, "bot.logs"}
        and not ("storage.model" in allowed and module.startswith("storage.model"))
    ]  # fmt: skip

    assert [] == wrong


@pytest.mark.parametrize("platform", ["telegram", "matrix"])
@pytest.mark.parametrize("place", ["bot/commands", "bot/archive", "storage"])
def test_the_core_names_no_platform(place: str, platform: str) -> None:
    """Commands, readers and storage know no platform by name."""
    named = [
        str(f.relative_to(ROOT))
        for f in sorted((ROOT / place).rglob("*.py"))
        if platform in f.read_text(encoding="utf-8").lower()
    ]

    assert [] == named
