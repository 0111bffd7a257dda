"""Nobody but the device itself reads its keys: no other device, and no thief of the disk."""

from __future__ import annotations

from pathlib import Path

from nio.crypto import OlmAccount, OlmDevice, OutgoingKeyRequest

from storage import Storage
from tests.platforms.matrix_keyring import (
    ANNA,
    HER_DEVICE,
    ME,
    MY_DEVICE,
    ROOM,
    group_key,
    session,
    store,
)  # fmt: skip


def test_another_device_has_nothing_of_it(storage: Storage) -> None:
    """The keys of one login are of no use to another."""
    with storage.vault("matrix") as vault:
        kept = store(vault)
        kept.save_account(OlmAccount())
        kept.save_encrypted_rooms({ROOM})
        kept.save_sync_token("s1")
        other = store(vault, device="ANOTHER")

        assert other.load_account() is None
        assert set() == other.load_encrypted_rooms()
        assert other.load_sync_token() is None


def test_nothing_lies_in_the_clear(tmp_path: Path, storage: Storage) -> None:
    """No file in the folder has a user, a device, a room or a key in it, open or closed."""
    account = OlmAccount()
    theirs, with_her = session(account)
    key = group_key(OlmAccount())
    with storage.vault("matrix") as vault:
        kept = store(vault)
        kept.save_account(account)
        kept.save_session(theirs, with_her)
        kept.save_inbound_group_session(key)
        device = OlmDevice(ANNA, HER_DEVICE, {"ed25519": key.ed25519, "curve25519": theirs})
        kept.save_device_keys({ANNA: {HER_DEVICE: device}})
        kept.save_encrypted_rooms({ROOM})
        request = OutgoingKeyRequest("request", key.id, ROOM, "m.megolm.v1.aes-sha2")
        kept.add_outgoing_key_request(request)
        kept.save_sync_token("s123_456")
        open_files = everything(tmp_path)
    secrets = [
        ME, MY_DEVICE, ANNA, HER_DEVICE, ROOM, theirs, key.id, key.ed25519, key.sender_key,
        account.identity_keys["curve25519"], account.pickle().decode()[:20], "s123_456",
        "megolm", "synapse.test",
    ]  # fmt: skip

    for files in (open_files, everything(tmp_path)):
        assert [] == [word for word in secrets if word.encode() in files]


def everything(folder: Path) -> bytes:
    """What a thief of the disk has."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    assert any(file.name.endswith(".vault") for file in files)
    return b"".join(file.name.encode() + file.read_bytes() for file in files)
