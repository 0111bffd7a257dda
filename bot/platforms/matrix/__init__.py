"""Matrix: its options, and how it is connected. Light: its library is an extra, loaded then."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from config import SettingsError

if TYPE_CHECKING:
    from bot import chat

# Matrix specification, appendices, "User identifiers", "Room IDs" and "Room aliases"; ids of
# rooms name no server any more since room version 12.
_SERVER = r"[A-Za-z0-9.\-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?"
_USER = re.compile(rf"@[\x21-\x39\x3b-\x7e]+:(?:{_SERVER})")
_ROOM = re.compile(rf"![^\s\x00:]{{1,254}}(?::(?:{_SERVER}))?|#[^\s\x00:]+:(?:{_SERVER})")
_LONGEST = 255

# What the extra brings: the client library, and what it encrypts with.
LIBRARIES = ("nio", "vodozemac")


class Options(BaseModel):
    """What the operator chose: either a `password` or an `access_token`; ids of `admins`.

    `rooms`, by #alias or !id, get every release: one room that many read is how a push to many
    stays cheap. `rate` is messages a second, answers included. The default is what Synapse allows
    to anybody: 0.2, and ten at once. On a homeserver of your own lift the limit for Herald's
    account (`POST /_synapse/admin/v1/users/USER/override_ratelimit` with
    `{"messages_per_second": 0, "burst_count": 0}`), then set `rate` to what the machine bears:
    20 is sound.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    homeserver: str
    user: str
    password: SecretStr | None = None
    access_token: SecretStr | None = Field(None, validate_default=True)
    admins: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    rate: float = Field(0.2, ge=0.01, le=1000, allow_inf_nan=False)

    @field_validator("homeserver")
    @classmethod
    def _homeserver(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
            usable = usable and not (parts.query or parts.fragment) and parts.port != 0
            usable = usable and "@" not in parts.netloc and url.strip().isprintable()
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an address such as https://matrix.example.org")
        return url.strip().rstrip("/")

    @field_validator("user")
    @classmethod
    def _user(cls, user: str) -> str:
        if not is_user(user.strip()):
            raise ValueError("must be a whole user id, such as @herald:example.org")
        return user.strip()

    @field_validator("admins")
    @classmethod
    def _admins(cls, admins: tuple[str, ...]) -> tuple[str, ...]:
        stripped = tuple(admin.strip() for admin in admins)
        if not all(map(is_user, stripped)):
            raise ValueError('must be a list of whole user ids, such as ["@anna:example.org"]')
        return tuple(dict.fromkeys(stripped))

    @field_validator("rooms")
    @classmethod
    def _rooms(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        stripped = tuple(room.strip() for room in rooms)
        if not all(len(r) <= _LONGEST and _ROOM.fullmatch(r) for r in stripped):
            raise ValueError(
                "must be rooms: each an #alias:example.org, or an id, which begins with !"
            )
        return tuple(dict.fromkeys(stripped))

    @field_validator("password", "access_token")
    @classmethod
    def _secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """An access token is pasted; a password is what it is, spaces included."""
        if secret is not None and info.field_name == "access_token":
            secret = SecretStr(secret.get_secret_value().strip())
        if secret is not None and not secret.get_secret_value():
            raise ValueError("must not be empty")
        if info.field_name == "access_token" and "password" in info.data:
            given = [one for one in (secret, info.data["password"]) if one is not None]
            if len(given) != 1:
                raise ValueError("give either this or the password, and not both")
        return secret


def is_user(name: str) -> bool:
    """Whether this is a whole user id."""
    return len(name) <= _LONGEST and _USER.fullmatch(name) is not None


async def connect(options: Options, host: chat.Host) -> chat.Platform:
    """Matrix, ready to run. Nothing is asked of it yet.

    Raises SettingsError where its libraries are not installed.
    """
    if any(find_spec(library) is None for library in LIBRARIES):
        raise SettingsError(
            ["Matrix needs more libraries. Install them: pip install 'herald-bot[matrix]'"]
        )
    from bot.platforms.matrix.platform import Matrix

    return Matrix(options, host)
