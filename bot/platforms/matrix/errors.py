"""What a homeserver's refusals mean: for one who sends, and for one who waits for it to be well.

Codes: Matrix client-server specification, "Standard error response".
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.chat import Gone, Later, NoRights, Refused, SendError, Stop, Unknown
from bot.platforms.matrix.wire import Broken, NoAnswer, Refusal, WireError
from bot.platforms.trying import pause_after

log = structlog.get_logger(__name__)

NAME = "matrix"
PAUSE_UNSAID = 5.0  # seconds, where a pause is asked for without a word of how long

LIMIT = "M_LIMIT_EXCEEDED"
FORBIDDEN, NOT_FOUND = "M_FORBIDDEN", "M_NOT_FOUND"
NO_TOKEN = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN")
_SHUT_OUT = {
    "M_USER_DEACTIVATED": "the homeserver has deactivated the account",
}
# What the server's owner has to mend: true for whatever we send.
_FOR_NOW = {
    "M_USER_LOCKED": "the homeserver has locked the account",
    "M_USER_SUSPENDED": "the homeserver has suspended the account",
    "M_CONSENT_NOT_GIVEN": "the homeserver's terms have to be agreed to",
    "M_RESOURCE_LIMIT_EXCEEDED": "the homeserver is full",
    "M_UNRECOGNIZED": "the homeserver does not know this request",
}
_CONTENT = ("M_TOO_LARGE", "M_BAD_JSON", "M_NOT_JSON", "M_INVALID_PARAM", "M_MISSING_PARAM")


class SessionOver(Stop):
    """Our access token is worth nothing any more; with a password there may be another."""


def asks_for_a_pause(error: WireError) -> float | None:
    """The seconds to wait, where that is what it says."""
    if isinstance(error, Refusal) and (error.code == LIMIT or error.status == 429):
        return error.seconds if error.seconds is not None else PAUSE_UNSAID
    return PAUSE_UNSAID if isinstance(error, Broken) and error.status == 429 else None


def ended(error: WireError) -> SendError:
    """How a send ended. Its text is ours and names nobody.

    M_FORBIDDEN is taken for want of rights here: whether we are out of the room has to be asked.
    """
    pause = asks_for_a_pause(error)
    if pause is not None:
        return Later("the homeserver asks for a pause", pause)
    if isinstance(error, Refusal):
        return _refusal(error)
    if isinstance(error, Broken):
        return _broken(error.status)
    if isinstance(error, NoAnswer):
        return Unknown("no answer from the homeserver")
    return Later("no connection to the homeserver", scope="platform")


def stopped(error: WireError) -> Stop | None:
    """Whether the homeserver will not have us at all."""
    if isinstance(error, Refusal) and error.code in NO_TOKEN:
        return SessionOver("the homeserver refused the access token", alone=True)
    if isinstance(error, Refusal) and error.code in _SHUT_OUT:
        return Stop(_SHUT_OUT[error.code], alone=True)
    return None


def _refusal(error: Refusal) -> SendError:
    stop = stopped(error)
    if isinstance(stop, SessionOver):  # whoever waits for news logs in again, or stops
        return Later("the session has ended", scope="platform")
    if stop is not None:
        return stop
    if error.code in _FOR_NOW:
        return Later(_FOR_NOW[error.code], scope="platform")
    if error.code in _CONTENT or error.status == 413:
        large = error.code == "M_TOO_LARGE" or error.status == 413
        return Refused("the message is too large" if large else "the content was not accepted")
    if error.code == NOT_FOUND:
        return Gone("there is no such room")
    if error.status == 403:
        return NoRights("Herald may not write in the room")
    return Later("the homeserver refused for a reason we do not know")


def _broken(status: int) -> SendError:
    """No word of a homeserver's: a gateway's page may hide that it was done."""
    if status == 413:
        return Refused("the message is too large")
    if status in (502, 503):
        return Later(f"the homeserver is away (HTTP {status})", scope="platform")
    if status < 300 or status >= 500:
        return Unknown(f"no answer of the homeserver (HTTP {status})")
    return Later(f"no homeserver at its address (HTTP {status})", scope="platform")


class Trouble:
    """What went wrong since it last went well: how long to wait, one line in the log at either
    end, and the platform's report.
    """

    def __init__(self, report: Callable[[str, bool, str], None]) -> None:
        self._report = report
        self._times = 0
        self._lasting = ""

    def met(self, error: WireError) -> float:
        """The seconds to wait before the next try. Raises Stop where none would help."""
        stop = stopped(error)
        if stop is not None:
            raise stop
        self._times += 1
        if self._times == 1:
            said = _said(error)
            log.warning("The Matrix homeserver has trouble. Trying again.", reason=said)
            self._report(NAME, False, said)
        pause = asks_for_a_pause(error)
        return pause if pause is not None else pause_after(self._times)

    def over(self) -> None:
        """It goes well again."""
        if self._times:
            log.info("The Matrix homeserver answers again.", failures=self._times)
            self._report(NAME, not self._lasting, self._lasting)
        self._times = 0

    def lasts(self, why: str) -> None:
        """This is wrong for as long as we run, however well the homeserver is."""
        self._lasting = why
        self._report(NAME, False, why)


def _said(error: WireError) -> str:
    if isinstance(error, Refusal):
        return _FOR_NOW.get(error.code, f"the homeserver answers {error.code}")
    if isinstance(error, Broken) and error.status < 500 and error.status != 429:
        # A proxy says so, too, before the homeserver behind it is up: it is asked again.
        return f"what answers at its address is no Matrix homeserver (HTTP {error.status})"
    if isinstance(error, Broken):
        return f"the homeserver has trouble (HTTP {error.status})"
    if isinstance(error, NoAnswer):
        return "the homeserver does not answer"
    return "the homeserver cannot be reached"
