"""A plain nio client whose keys are in a vault: one life of it after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nio

from bot.platforms.matrix.store import Machine, VaultStore
from storage import Storage, Vault
from tests.fakes.synapse import Account

SECONDS = 30.0


@asynccontextmanager
async def life(storage: Storage, account: Account) -> AsyncIterator[nio.AsyncClient]:
    """A client that has loaded its keys and asked nothing yet; its vault closes with the block."""
    config = nio.AsyncClientConfig(max_timeouts=3)
    client = nio.AsyncClient(account.url, account.user, account.device, config=config)
    with storage.vault("matrix") as vault:
        client.restore_login(account.user, account.device, account.token)
        await asyncio.to_thread(load, client, vault)
        try:
            yield client
        finally:
            await client.close()


def load(client: nio.AsyncClient, vault: Vault) -> None:
    """Give a client the keys that its user and device have in this vault, or new ones."""
    store = VaultStore(vault, client.user_id, client.device_id)
    client.olm = Machine(client.user_id, client.device_id, store)
    client.store = store
    client.encrypted_rooms = store.load_encrypted_rooms()


async def read(client: nio.AsyncClient) -> list[nio.Event]:
    """What has come since the last look; how far that was is kept when it is dealt with."""
    assert isinstance(client.store, VaultStore)
    async with asyncio.timeout(SECONDS):
        found = await client.sync(0, since=client.store.load_sync_token())
        assert isinstance(found, nio.SyncResponse), found
        if client.should_upload_keys:
            assert isinstance(await client.keys_upload(), nio.KeysUploadResponse)
        if client.should_query_keys:
            await client.keys_query()
    client.store.save_sync_token(found.next_batch)
    return [event for room in found.rooms.join.values() for event in room.timeline.events]


def words(events: list[nio.Event]) -> list[str]:
    """The messages among them, those that could be read."""
    return [event.body for event in events if isinstance(event, nio.RoomMessageText)]
