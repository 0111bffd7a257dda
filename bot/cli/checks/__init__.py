"""Everything that can be wrong, looked at all at once. Nothing is changed by looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bot.app import user_agent
from bot.archive.fetch import open_fetcher
from bot.cli.checks import archives, database, key, machine
from bot.cli.opened import Chosen
from bot.platforms import modules
from bot.platforms.checking import CLOCK, Around, Check, fault, well
from config import Settings
from storage import Seal, SealError, Vault
from storage.health import health, is_running, trouble
from storage.seal import read_key
from storage.vault import vault_file

WEB = "web"  # the platform that the web port is for

Say = Callable[[set[str]], None]


async def everything(wishes: Chosen, say: Say, *, thorough: bool = False) -> list[Check]:
    """All checks, in the order an operator mends things. `say` hears what is still waited for."""
    settings = wishes.settings
    names = _platforms(wishes)
    running = await asyncio.to_thread(is_running, settings.database)
    proxied = await machine.proxy(settings.proxy) if settings.proxy else []
    online = all(found.ok for found in proxied)
    work: dict[str, Coroutine[Any, Any, Any]] = {
        "database": health(settings.database, thorough=thorough),
        "machine": asyncio.to_thread(machine.here, running),
    }
    if online:
        work["archives"] = _looks(wishes)
        closed = await asyncio.to_thread(trouble, settings.database, WEB) if running else ""
        around = Around(
            settings.proxy, settings.web.host, settings.web.port, running, closed=closed
        )
        for name in names:
            work[name] = _platform(name, wishes, around)
    done, failed = await _all(work, say)
    return [*_told(wishes, proxied, running, thorough, done, names), *failed]


def _told(
    wishes: Chosen, proxied: list[Check], running: bool, thorough: bool,
    done: dict[str, Any], names: list[str],
) -> list[Check]:  # fmt: skip
    """What all of them found, in order, with one word on our clock."""
    found, looks = done.get("database"), done.get("archives", [])
    platforms = [one for name in names for one in done.get(name, [])]
    clocks = [*(one for look in looks for one in look.clock),
              *(one for one in platforms if one.check == CLOCK)]  # fmt: skip
    readings, histories = (found.archives, found.histories) if found is not None else ((), ())
    file = wishes.settings.database
    kept: list[Check] = []
    if found is not None:
        kept = [
            *database.judged(file, found, running=running, thorough=thorough),
            *key.judged(wishes.settings.secret_key_file, file, found),
        ]
    return [
        *_settings(wishes), *proxied, *done.get("machine", []), *kept,
        *(archives.judged(look, readings, histories) for look in looks),
        *(one for one in platforms if one.check != CLOCK),
        # Where servers differ, one of them is wrong, and not we.
        *sorted(clocks, key=lambda one: not one.ok)[:1],
    ]  # fmt: skip


async def _all(
    work: dict[str, Coroutine[Any, Any, Any]], say: Say
) -> tuple[dict[str, Any], list[Check]]:
    """What each found, by its name; and a line for each that broke, which hides no other."""
    tasks = {name: asyncio.create_task(one) for name, one in work.items()}
    pending = set(tasks.values())
    while pending:
        say({name for name, task in tasks.items() if task in pending})
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    say(set())
    broken = {
        name: e for name, task in tasks.items() if isinstance(e := task.exception(), Exception)
    }
    failed = [
        fault(name, f"It could not be checked: {type(e).__name__}.", "Please report it.")
        for name, e in broken.items()
    ]
    return {name: task.result() for name, task in tasks.items() if name not in broken}, failed


async def _looks(wishes: Chosen) -> list[archives.Look]:
    async with open_fetcher(
        user_agent(wishes.campaign),
        allow_private=wishes.settings.allow_private_networks,
        proxy=wishes.settings.proxy,
    ) as fetcher:
        return await asyncio.gather(*(archives.look(fetcher, a) for a in wishes.archives))


def _platforms(wishes: Chosen) -> list[str]:
    """The platforms that would run and have their options."""
    named = wishes.settings.platforms or tuple(wishes.options)
    return [name for name in named if name in wishes.options]


async def _platform(name: str, wishes: Chosen, around: Around) -> list[Check]:
    """What the platform says of itself; nothing where it cannot be asked."""
    module = modules()[name]
    place = f"{module.__name__}.check"
    if not hasattr(module, "__path__") or find_spec(place) is None:
        return []
    around = replace(around, vault=await asyncio.to_thread(_vault, name, wishes.settings))
    found: list[Check] = await import_module(place).check(wishes.options[name], around)
    return found


def _vault(name: str, settings: Settings) -> Callable[[], Vault] | None:
    """A platform's vault, to be opened; None where there is none, or no key (which is said)."""
    file = vault_file(settings.database, name)
    try:
        secret = read_key(settings.secret_key_file) if file.exists() else None
    except SealError:
        return None
    return partial(Vault, file, name, Seal(secret)) if secret is not None else None


def _settings(wishes: Chosen) -> list[Check]:
    found = [well("settings", "Every one can be used.")]
    for name in wishes.settings.platforms:
        if name not in wishes.options:
            mend = f"Set HERALD_{name.upper()}__…, or take it out of HERALD_PLATFORMS."
            found.append(fault("platforms", f"The platform {name} has no settings.", mend))
    if not wishes.settings.platforms and not wishes.options:
        hint = "Set HERALD_TELEGRAM__TOKEN."
        found.append(well("platforms", "None is set up: nobody would be told.", hint))
    if not wishes.archives:
        found.append(fault("archives", "There is none to read.", "Set HERALD_ARCHIVES."))
    return found
