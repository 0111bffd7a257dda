"""What `herald doctor` looks at for the web chat: its port, and where visitors see it."""

from __future__ import annotations

from bot.platforms import checking
from bot.platforms.checking import Around, Check, well
from config.settings import WebSettings

PORT, ADDRESS = "web port", "web address"


async def check(options: WebSettings, around: Around) -> list[Check]:
    """The port and the address."""
    if not options.port:
        return [well(PORT, "The system chooses one at each start."), *_address(options)]
    return [await checking.web_port(around), *_address(options)]


def _address(options: WebSettings) -> list[Check]:
    """Whether visitors can be told where the chat is, and nobody on the way can read along."""
    url = options.public_url
    if url.startswith("https://"):
        return [well(ADDRESS, f"Visitors find the chat at {url}.")]
    if url:
        mend = "Put a proxy with a certificate in front of Herald, and name it with https://."
        return [well(ADDRESS, "What visitors write travels unencrypted.", mend)]
    hint = "To show it to others, set HERALD_WEB__PUBLIC_URL to the address that they type."
    return (
        [well(ADDRESS, "The chat is for this machine.", hint)]
        if _alone(options)
        else [
            well(ADDRESS, "The chat is open to the network, unencrypted and under any name.", hint)
        ]
    )


def _alone(options: WebSettings) -> bool:
    return options.host in ("127.0.0.1", "localhost", "::1")
