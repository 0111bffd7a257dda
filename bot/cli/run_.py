"""herald run: the bot, on every platform that is set up, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, SecretStr

from bot import logs
from bot.chat import Host, Platform
from bot.cli.opened import Chosen, chosen, correcting_of
from bot.cli.words import Failure
from bot.platforms import modules
from storage import SealError, open_storage
from storage.lock import run_lock
from storage.seal import Seal, make_key, read_key

if TYPE_CHECKING:
    from bot.app import App

FULL_AFTER = 100  # collections of what is neither new nor old


def main() -> None:
    """Be the bot: read, tell, answer, until told to stop."""
    wishes = chosen()
    settings = wishes.settings
    with run_lock(settings.database):
        logs.configure(
            settings.log_level, settings.log_format, secrets(wishes.options.values()), sys.stderr
        )
        asyncio.run(_run(wishes))


def secrets(options: Iterable[BaseModel]) -> list[str]:
    """Every secret among the platforms' options: none of them may reach a log."""
    found = []
    for given in options:
        values = [getattr(given, name) for name in type(given).model_fields]
        found += [v.get_secret_value() for v in values if isinstance(v, SecretStr)]
    return found


async def _run(wishes: Chosen) -> None:
    from bot.app import App, Wishes
    from bot.server import open_server

    settings = wishes.settings
    seal = Seal(await key_of(settings.database, settings.secret_key_file))
    async with open_storage(settings.database, seal, naming=wishes.naming) as storage:
        app = App(
            storage,
            Wishes(
                archives=wishes.archives,
                campaign=wishes.campaign,
                news_days=settings.news_days,
                burst=settings.burst,
                correcting=correcting_of(settings),
                histories=True,
                allow_private=settings.allow_private_networks,
                proxy=settings.proxy,
            ),
        )
        app.stop_on_signals()
        async with open_server(settings.web.host, settings.web.port) as server:
            await _served(app, await _platforms(wishes, app.host(server)))


async def _served(app: App, platforms: list[Platform]) -> None:
    from bot.chat import Stop

    collect_seldom()
    try:
        await app.run(platforms)
    except Stop as error:
        raise Failure(f"{str(error)[:1].upper()}{str(error)[1:]}.", code=2) from None


def collect_seldom() -> None:
    """Let no collection of garbage hold everything up for long, or often.

    What was imported and made until now lives as long as we do: none has to walk over it. A full
    one walks over all that is open (150 ms for 2,000 pages) and finds three small things for each
    page that was closed: it may come ten times more seldom than Python has it.
    """
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_AFTER)


async def _platforms(wishes: Chosen, host: Host) -> list[Platform]:
    """Connect each platform that is named, or else that has its options."""
    names = wishes.settings.platforms or tuple(wishes.options)
    missing = [name for name in names if name not in wishes.options]
    if missing:
        raise Failure(f"The platform {missing[0]} has no settings: give it its options.", code=2)
    found = modules()
    return [await found[name].connect(wishes.options[name], host) for name in names]


async def key_of(database: Path, file: Path) -> bytes:
    """The key in its file; made on the first start, never for a database that has subscribers."""
    secret = read_key(file)
    if secret is not None:
        return secret
    if database.exists():  # noqa: ASYNC240 - one look, before anything runs
        async with open_storage(database) as storage:
            if await storage.subscribers.any():
                raise SealError(
                    f"The key file {file} is missing, and the database has subscribers that only"
                    " it can open. Put it back."
                )
    return make_key(file)
