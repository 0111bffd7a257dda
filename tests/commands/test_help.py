"""The help is made of the commands."""

from __future__ import annotations

import pytest

from tests.commands.house import House


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_it_names_every_command(house: House, language: str) -> None:
    """Every command of the menu is there with its line and what may follow it."""
    text = (await house.ask("/help", language=language)).text.text

    for entry in house.router.menu(language):
        usage = f" {entry.usage}" if entry.usage else ""
        assert f"/{entry.name}{usage} – {entry.help}" in text.split("\n")


async def test_admins_see_theirs(house: House) -> None:
    """The admins' commands are in the admins' help only."""
    assert "/status" in (await house.ask("/help", admin=True)).text.text
    assert "/status" not in (await house.ask("/help")).text.text
