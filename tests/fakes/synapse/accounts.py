"""Accounts on a Synapse: made with the secret that only its owner has."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.synapse.settings import SECRET

SECONDS = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class Account:
    """Who somebody is there: all that is needed to be them."""

    url: str
    user: str
    password: str
    token: str
    device: str

    async def ask(self, method: str, path: str, content: object = None) -> Any:
        """Ask the server something as them; the answer, refusals included."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(timeout=SECONDS, headers=headers) as session,
            session.request(method, f"{self.url}{path}", json=content) as answer,
        ):
            return await answer.json()


async def register(url: str, name: str, *, admin: bool = False) -> Account:
    """Make an account and log in.

    https://element-hq.github.io/synapse/latest/admin_api/register_api.html
    """
    path = f"{url}/_synapse/admin/v1/register"
    async with aiohttp.ClientSession(timeout=SECONDS) as session:
        async with session.get(path) as answer:
            nonce = (await answer.json())["nonce"]
        password = f"{name}'s password"
        parts = (nonce, name, password, "admin" if admin else "notadmin")
        mac = hmac.new(SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        asked = {
            "nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac,
        }  # fmt: skip
        async with session.post(path, json=asked) as answer:
            made = await answer.json()
    return Account(url, made["user_id"], password, made["access_token"], made["device_id"])
