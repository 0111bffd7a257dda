"""How it stands with the account at its homeserver: asked without logging in, for that would
leave a device behind, and without changing anything.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from importlib.util import find_spec
from urllib.parse import urlsplit

from bot.platforms import checking
from bot.platforms.checking import Around, Check, fault, well
from bot.platforms.matrix import LIBRARIES, Options, check_keys
from bot.platforms.matrix.budget import hints
from bot.platforms.matrix.errors import NO_TOKEN, asks_for_a_pause
from bot.platforms.matrix.wire import (
    Broken,
    Json,
    NoAnswer,
    Refusal,
    Wire,
    WireError,
    at,
)
from storage import DatabaseError, SealError

SERVER, ACCOUNT, ENCRYPTION = "matrix homeserver", "matrix account", "matrix libraries"
NETWORK = "Check the network, HERALD_MATRIX__HOMESERVER and HERALD_PROXY."
PASSWORDS = "m.login.password"

Said = Json | WireError


async def check(options: Options, around: Around) -> list[Check]:
    """The homeserver, the account there, the rooms of the settings, and the keys of our device."""
    wire = Wire(options.homeserver, around.proxy)
    try:
        versions = await _asked(wire, "/_matrix/client/versions")
        found = [_libraries(), await _server(options, around, versions)]
        if not isinstance(versions, WireError):
            token = options.access_token
            if token is not None:
                wire.token = token.get_secret_value()
                who = await _asked(wire, at("account", "whoami"))
                found.append(_whose(who, options))
                device = who.get("device_id") if found[-1].ok and isinstance(who, dict) else None
            else:
                found.append(_password(await _asked(wire, at("login"))))
                device = ""
            found += await _rooms(wire, options)
            if isinstance(device, str) and found[0].ok:
                found += await _keys(wire, options, around, device)
    finally:
        await wire.close()
    return [*found, *hints(options)]


async def _asked(wire: Wire, path: str, content: Json | None = None) -> Said:
    method = "GET" if content is None else "POST"
    try:
        async with asyncio.timeout(checking.SECONDS):
            return await wire.ask(method, path, content, seconds=checking.SECONDS)
    except TimeoutError:
        return NoAnswer("no answer in time")
    except WireError as error:
        return error


def _libraries() -> Check:
    if any(find_spec(library) is None for library in LIBRARIES):
        mend = "Install them: pip install 'herald-bot[matrix]'"
        return fault(ENCRYPTION, "They are not installed.", mend)
    return well(ENCRYPTION, "They are installed.")


async def _server(options: Options, around: Around, versions: Said) -> Check:
    if not isinstance(versions, WireError):
        return well(SERVER, "It answers.")
    if isinstance(versions, Broken) and versions.status < 500:
        mend = await _elsewhere(options, around) or NETWORK
        return fault(SERVER, f"What answers is none (HTTP {versions.status}).", mend)
    return _not_good(versions)


async def _elsewhere(options: Options, around: Around) -> str:
    """A domain may say where its homeserver is ("Server discovery")."""
    place = urlsplit(options.homeserver)
    wire = Wire(f"{place.scheme}://{place.netloc}", around.proxy)
    try:
        said = await _asked(wire, "/.well-known/matrix/client")
    finally:
        await wire.close()
    named = said.get("m.homeserver") if isinstance(said, dict) else None
    url = named.get("base_url") if isinstance(named, dict) else None
    if not isinstance(url, str) or not url.isprintable() or url.rstrip("/") == options.homeserver:
        return ""
    return f"Set HERALD_MATRIX__HOMESERVER to {url[:200].rstrip('/')}."


def _whose(said: Said, options: Options) -> Check:
    mend = "Log in once more as Herald's user, and set HERALD_MATRIX__ACCESS_TOKEN."
    if isinstance(said, Refusal) and said.code in NO_TOKEN:
        return fault(ACCOUNT, "The homeserver refuses the access token.", mend)
    if isinstance(said, WireError):
        return _not_good(said)
    if said.get("user_id") != options.user:
        return fault(ACCOUNT, "The access token is for another user.", mend)
    if not said.get("device_id"):
        return fault(ACCOUNT, "The access token is for no device.", mend)
    return well(ACCOUNT, "The access token is accepted.")


def _password(said: Said) -> Check:
    """Whether passwords are taken; this one is tried when Herald starts."""
    if isinstance(said, WireError):
        return _not_good(said)
    flows = said.get("flows")
    kinds = [flow.get("type") for flow in flows if isinstance(flow, dict)] if flows else []
    if PASSWORDS not in kinds:
        mend = "Set HERALD_MATRIX__ACCESS_TOKEN in place of HERALD_MATRIX__PASSWORD."
        return fault(ACCOUNT, "The homeserver takes no passwords.", mend)
    return well(ACCOUNT, "The homeserver takes passwords; Herald's is tried when it starts.")


async def _rooms(wire: Wire, options: Options) -> list[Check]:
    """Whether there are the rooms of the settings, which are named by their place."""
    aliases = [(n, r) for n, r in enumerate(options.rooms, start=1) if r.startswith("#")]
    asked = [_asked(wire, at("directory", "room", alias)) for _, alias in aliases]
    found = []
    for (number, _), said in zip(aliases, await asyncio.gather(*asked), strict=True):
        name = f"room no. {number}"
        if isinstance(said, Refusal) and said.status == 404:
            mend = "Give the room this alias, or name it by its id (HERALD_MATRIX__ROOMS)."
            found.append(fault(name, "No room has this alias.", mend))
        elif isinstance(said, WireError):
            found.append(_not_good(said))
        else:
            found.append(well(name, "It is there."))
    return found


async def _keys(wire: Wire, options: Options, around: Around, device: str) -> list[Check]:
    """Our device's keys, and who else uses the account; `device` is the token's, if there is one.

    With a password it is asked as the device that the vault knows.
    """
    try:
        here = await asyncio.to_thread(check_keys.ours, around, options, device)
    except (DatabaseError, SealError) as error:
        mend = "Put the key or the vault back in place, or restore a backup."
        return [fault(check_keys.KEYS, str(error), mend)]
    if not here.device:
        return [well(check_keys.KEYS, check_keys.NONE_YET)]
    wire.token = wire.token or here.token
    asked = {"device_keys": {options.user: [here.device]}}
    said, devices = await asyncio.gather(
        _asked(wire, at("keys", "query"), asked), _asked(wire, at("devices"))
    )
    if isinstance(said, Refusal) and said.code in NO_TOKEN:
        return [well(check_keys.KEYS, check_keys.SESSION_OVER)]
    if isinstance(said, WireError):
        return [_not_good(said)]
    found = [check_keys.judged(here, options, said, running=around.running)]
    if not isinstance(devices, WireError):
        found += check_keys.others(here, devices, datetime.now(UTC))
    return found


def _not_good(error: WireError) -> Check:
    wait = "Wait a while and ask again."
    if asks_for_a_pause(error) is not None:
        return fault(SERVER, "It asks for a pause (HTTP 429).", wait)
    if isinstance(error, Broken | Refusal):
        return fault(SERVER, f"It has trouble (HTTP {error.status}).", wait)
    if isinstance(error, NoAnswer):
        return fault(SERVER, f"It did not answer within {checking.SECONDS:.0f} seconds.", NETWORK)
    return fault(SERVER, "It could not be reached.", NETWORK)
