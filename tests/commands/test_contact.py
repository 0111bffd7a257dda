"""How to reach the campaign."""

from __future__ import annotations

from dataclasses import replace

from bot.router import Router
from storage.model import Style
from tests.commands.house import CAMPAIGN, House


async def test_all_that_is_known(house: House) -> None:
    """Name, e-mail, telephone and website, the website as a link."""
    text = (await house.ask("/contact")).text

    assert text.text == (
        "The Lind Office\n\nE-mail: press@lind.example\nTelephone: +44 20 0000 0000\n"
        "Website: https://lind.example/"
    )
    assert [s.value for s in text.spans if s.style is Style.LINK] == ["https://lind.example/"]


async def test_in_russian(house: House) -> None:
    """The labels are Russian."""
    assert "Телефон: +44" in (await house.ask("/contact", language="ru")).text.text


async def test_nothing_known(house: House) -> None:
    """A campaign without contact says so."""
    bare = replace(CAMPAIGN, contact={"email": " "})
    house.router = Router(house.storage, bare, lambda: house.now)
    message = await house.ask("/contact")

    assert message.text.text.startswith("Justice for Ada Lind\n\nThe campaign has not given")
