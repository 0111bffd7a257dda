"""Who we are at the homeserver: the same device after every restart.

A device has keys of its own, which others know, and a memory of what it has sent.
"""

from __future__ import annotations

import random
from dataclasses import replace

import structlog

from bot.chat import Stop
from bot.platforms.matrix import Options
from bot.platforms.matrix.errors import NO_TOKEN
from bot.platforms.matrix.kept import Kept, Login
from bot.platforms.matrix.wire import Refusal, Wire, WireError, at

log = structlog.get_logger(__name__)

SHOWN_AS = "Herald"  # among the account's sessions
# Seconds until we log in again where our session was ended: more each time that it did not last.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0
LASTED = 1800.0


class Ends:
    """How often in a row a session was ended soon: somebody may end each, or the homeserver."""

    def __init__(self) -> None:
        self._times = 0

    def pause(self, lived: float) -> float:
        """The seconds to wait after one that was there for `lived` seconds; with jitter."""
        self._times = 0 if lived >= LASTED else self._times
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._times, 10))
        self._times += 1
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


async def logged_in(wire: Wire, options: Options, kept: Kept, restored: str) -> Login:
    """Our device, and the wire has its token; it is not kept yet. `restored` as Login has it.

    Raises WireErrors, and Stop where we are refused.
    """
    known = kept.login()
    if known is not None and (known.homeserver, known.user) != (options.homeserver, options.user):
        known = None
    if options.access_token is not None:
        token = options.access_token.get_secret_value()
        login = await _by_token(wire, options, token)
        if known is not None and known.device == login.device and known.restored != restored:
            log.warning(
                "A backup was restored: what is said in encrypted rooms may stay unreadable until"
                " there is a new access token."
            )
        return replace(login, restored=restored)
    return await _by_password(wire, options, kept, known, restored)


async def another_device(wire: Wire, options: Options, kept: Kept, restored: str) -> Login:
    """A new device, in place of one whose keys are lost; only a password makes one.

    Raises WireErrors, and Stop where we are refused.
    """
    await _log_out(wire)
    kept.end_login()
    return await logged_in(wire, options, kept, restored)


async def _by_token(wire: Wire, options: Options, token: str) -> Login:
    """The device that an access token is for."""
    wire.token = token
    who = await wire.ask("GET", at("account", "whoami"))
    user, device = who.get("user_id"), who.get("device_id")
    if user != options.user:
        raise Stop("the access token is for another user than HERALD_MATRIX__USER", alone=True)
    if not isinstance(device, str):
        raise Stop("the access token is for no device: log in once more to get one", alone=True)
    return Login(options.homeserver, user, device, token)


async def _by_password(
    wire: Wire, options: Options, kept: Kept, known: Login | None, restored: str
) -> Login:
    if known is not None and known.token:
        wire.token = known.token
        if known.restored != restored:
            log.info("A backup was restored: a new device begins, with new keys.")
            await _log_out(wire)
            kept.end_login()
            known = None
        else:
            try:
                return replace(await _by_token(wire, options, known.token), restored=restored)
            except Refusal as error:
                if error.code not in NO_TOKEN:
                    raise
                if not error.soft:  # it has forgotten the device; others have, too
                    known = None
            log.info("The homeserver has ended our session: logging in again.")
    device = known.device if known is not None and not known.over else ""
    return await _logged_in_anew(wire, options, device, restored)


async def _logged_in_anew(wire: Wire, options: Options, device: str, restored: str) -> Login:
    if options.password is None:
        raise Stop("there is no password to log in with", alone=True)
    asked = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": options.user},
        "password": options.password.get_secret_value(),
        "initial_device_display_name": SHOWN_AS,
    } | ({"device_id": device} if device else {})
    wire.token = ""
    try:
        said = await wire.ask("POST", at("login"), asked)
    except Refusal as error:
        raise (_refused(error) or error) from None
    user, token = said.get("user_id"), str(said.get("access_token"))
    if user != options.user:
        raise Stop("the password is for another user than HERALD_MATRIX__USER", alone=True)
    wire.token = token
    return Login(options.homeserver, options.user, str(said.get("device_id")), token, restored)


def _refused(error: Refusal) -> Stop | None:
    if error.code == "M_FORBIDDEN":
        return Stop("the homeserver refused the user or the password", alone=True)
    if error.code == "M_USER_DEACTIVATED":
        return Stop("the homeserver has deactivated the account", alone=True)
    if error.status in (400, 404) and error.code in ("M_UNKNOWN", "M_UNRECOGNIZED"):
        why = "the homeserver takes no passwords: give HERALD_MATRIX__ACCESS_TOKEN instead"
        return Stop(why, alone=True)
    return None


async def _log_out(wire: Wire) -> None:
    """Nobody shall encrypt anything for a device that is no more."""
    try:
        await wire.ask("POST", at("logout"))
    except WireError as error:
        log.debug("The old device could not be logged out.", end=type(error).__name__)
