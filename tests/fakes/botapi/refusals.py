"""How the Bot API says no: codes, strings and the rule that shapes them."""

from __future__ import annotations

from typing import Any

_PREFIXES = {400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error"}

# Client.cpp, process_get_updates_query and abort_long_poll.
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_WAS_SET = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
# Client.cpp, fail_query_with_error: MESSAGE_NOT_MODIFIED and QUERY_ID_INVALID.
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
PARSE_MODE = "this fake takes entities only: send entities in place of parse_mode"


class RefusedError(Exception):
    """An answer with `ok: false`. `parameters` is ResponseParameters of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON that is sent (Bot API, "Making requests")."""
        answer = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def refused(code: int, words: str, **parameters: int) -> RefusedError:
    """A refusal in Telegram's form (Client.cpp, fail_query_with_error).

    The code's name goes in front, and the first letter becomes small unless the second is a
    capital or an underscore, as in TOPIC_CLOSED.
    """
    if len(words) > 1 and not (words[1] == "_" or "A" <= words[1] <= "Z"):
        words = words[0].lower() + words[1:]
    return RefusedError(code, f"{_PREFIXES[code]}: {words}", **parameters)


def bad_request(words: str, **parameters: int) -> RefusedError:
    """400, the answer to a request that will never do as it is."""
    return refused(400, words, **parameters)


def forbidden(words: str) -> RefusedError:
    """403, the answer to a bot that is not wanted."""
    return refused(403, words)


def too_many_requests(seconds: int) -> RefusedError:
    """429 as Query.cpp, set_retry_after_error, writes it; the header follows in the server."""
    words = f"Too Many Requests: retry after {seconds}"
    return RefusedError(429, words, retry_after=seconds)
