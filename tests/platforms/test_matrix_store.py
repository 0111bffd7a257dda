"""The keys of encryption come back from the vault as they went in, and nobody else reads them."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio.crypto import (
    InboundGroupSession,
    OlmAccount,
    OlmDevice,
    OutboundGroupSession,
    OutgoingKeyRequest,
    TrustState,
)
from nio.store import MatrixStore

from bot.platforms.matrix.store import VaultStore
from storage import Storage, Vault
from tests.platforms.matrix_keyring import (
    ANNA,
    HER_DEVICE,
    NOON,
    ROOM,
    group_key,
    session,
    store,
)  # fmt: skip


@pytest.fixture
def vault(storage: Storage) -> Iterator[Vault]:
    """A vault on a real file."""
    with storage.vault("matrix") as opened:
        yield opened


def test_it_is_all_that_nio_asks_for() -> None:
    """A method that nio's own store has, and ours has not, would end the program one day."""
    asked = {
        name: list(inspect.signature(method).parameters)
        for name, method in inspect.getmembers(MatrixStore, inspect.isfunction)
        if not name.startswith("_") and name != "upgrade_to_v2"
    }
    ours = {name: list(inspect.signature(getattr(VaultStore, name)).parameters) for name in asked}
    renamed = {name for name in asked if len(asked[name]) != len(ours[name])}

    assert set() == renamed


def test_an_account_is_the_same_after_a_restart(vault: Vault) -> None:
    """Else everybody would take us for an impostor."""
    account = OlmAccount()
    account.generate_one_time_keys(3)
    assert store(vault).load_account() is None
    account.shared = True
    store(vault).save_account(account)
    found = store(vault).load_account()

    assert found
    assert found.shared
    assert account.identity_keys == found.identity_keys
    assert account.one_time_keys == found.one_time_keys


def test_sessions_come_back_the_one_used_last_first(vault: Vault) -> None:
    """What we say goes by the session that the other side knows to be the newest."""
    account = OlmAccount()
    theirs, early = session(account)
    _, late = session(account)
    late.use_time = early.use_time + timedelta(seconds=1)
    kept = store(vault)
    for each in (early, late):
        kept.save_session(theirs, each)
    early.encrypt("a step on")
    early.use_time = late.use_time + timedelta(seconds=1)
    kept.save_session(theirs, early)
    found = store(vault).load_sessions()[theirs]

    assert [early.id, late.id] == [each.id for each in found]
    assert [early.use_time, late.use_time] == [each.use_time for each in found]
    assert early.creation_time == found[0].creation_time


def test_a_group_key_opens_what_was_said(vault: Vault) -> None:
    """With it, whence it came, so that nobody says something in another's name."""
    out = OutboundGroupSession()
    theirs = InboundGroupSession(out.session_key, "signed by", "sent by", ROOM, ["went through"])
    out.mark_as_shared()
    store(vault).save_inbound_group_session(theirs)
    found = store(vault).load_inbound_group_sessions().get(ROOM, "sent by", theirs.id)

    assert found
    assert ("Hello", 0) == found.decrypt(out.encrypt("Hello"))
    assert ("signed by", ["went through"]) == (found.ed25519, found.forwarding_chain)


def test_our_own_group_keys_are_not_kept(vault: Vault) -> None:
    """What Herald told people is not to be read from its disk, by whomever."""
    account = OlmAccount()
    kept = store(vault)
    kept.save_account(account)
    kept.save_inbound_group_session(group_key(account))
    again = store(vault)
    again.load_account()
    again.save_inbound_group_session(group_key(account))

    assert [] == list(store(vault).load_inbound_group_sessions())


def test_old_group_keys_are_erased(vault: Vault) -> None:
    """The key to what was said in spring is nobody's business in winter."""
    old, new = group_key(OlmAccount()), group_key(OlmAccount())
    store(vault, now=NOON - timedelta(days=91)).save_inbound_group_session(old)
    store(vault, now=NOON - timedelta(days=89)).save_inbound_group_session(new)
    found = [each.id for each in store(vault).load_inbound_group_sessions()]

    assert [new.id] == found
    assert 1 == len(vault.all("group"))


def test_old_group_keys_are_erased_while_we_run(vault: Vault) -> None:
    """A run may last for years."""
    old, new = group_key(OlmAccount()), group_key(OlmAccount())
    store(vault, now=NOON - timedelta(days=91)).save_inbound_group_session(old)
    running = store(vault)
    running.save_inbound_group_session(new)
    running.prune()

    assert 1 == len(vault.all("group"))
    assert [new.id] == [each.id for each in store(vault).load_inbound_group_sessions()]


def test_what_was_said_in_a_room_can_be_forgotten(vault: Vault) -> None:
    """Its keys go, those of other rooms stay; and that it is encrypted is not forgotten."""
    other = "!another:synapse.test"
    kept = store(vault)
    kept.save_encrypted_rooms({ROOM})
    for room in (ROOM, other):
        kept.save_inbound_group_session(group_key(OlmAccount(), room))
    kept.forget_words(ROOM)

    assert {ROOM} == store(vault).load_encrypted_rooms()
    assert [other] == [each.room_id for each in store(vault).load_inbound_group_sessions()]


def test_a_room_that_is_left_takes_its_keys_along(vault: Vault) -> None:
    """Those of other rooms stay."""
    other = "!another:synapse.test"
    first = store(vault)
    first.save_encrypted_rooms({ROOM, other})
    for room in (ROOM, other):
        first.save_inbound_group_session(group_key(OlmAccount(), room))
    again = store(vault)
    again.load_encrypted_rooms()
    again.load_inbound_group_sessions()
    again.save_inbound_group_session(group_key(OlmAccount()))
    again.delete_encrypted_room(ROOM)
    again.save_encrypted_rooms({other})

    assert {other} == store(vault).load_encrypted_rooms()
    assert [other] == [each.room_id for each in store(vault).load_inbound_group_sessions()]


def test_devices_that_are_gone_are_forgotten(vault: Vault) -> None:
    """A person's device that they have signed out is no longer theirs."""
    kept = store(vault)
    device = OlmDevice(ANNA, HER_DEVICE, {"ed25519": "e", "curve25519": "c"}, "Anna's phone")
    kept.save_device_keys({ANNA: {HER_DEVICE: device}})
    assert [device] == list(store(vault).load_device_keys())
    device.deleted = True
    kept.save_device_keys({ANNA: {HER_DEVICE: device}})

    assert [] == list(store(vault).load_device_keys())


def test_trust_is_kept_and_indifference_is_not(vault: Vault) -> None:
    """Verified and blacklisted stay so; ignored is said anew with every sending."""
    kept = store(vault)
    devices = [OlmDevice(ANNA, name, {"ed25519": "e", "curve25519": name}) for name in "VBI"]
    kept.save_device_keys({ANNA: {device.id: device for device in devices}})

    assert kept.verify_device(devices[0])
    assert not kept.verify_device(devices[0])
    assert kept.blacklist_device(devices[1])
    kept.ignore_devices([devices[2]])
    asked = kept.is_device_verified, kept.is_device_blacklisted, kept.is_device_ignored
    assert [True] * 3 == [ask(device) for ask, device in zip(asked, devices, strict=True)]
    found = {each.id: each.trust_state for each in store(vault).load_device_keys()}
    assert {
        "V": TrustState.verified, "B": TrustState.blacklisted, "I": TrustState.unset,
    } == found  # fmt: skip
    assert kept.unblacklist_device(devices[1])
    assert not kept.unverify_device(devices[1])


TEXT = st.text(max_size=20)
DEVICES = st.builds(
    OlmDevice, TEXT, TEXT, st.fixed_dictionaries({"ed25519": TEXT, "curve25519": TEXT}), TEXT
)
REQUESTS = st.builds(OutgoingKeyRequest, TEXT, TEXT, TEXT, TEXT)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(DEVICES, max_size=5), st.sets(TEXT, max_size=5), st.lists(REQUESTS, max_size=5), TEXT
)
def test_what_is_kept_comes_back(
    vault: Vault,
    devices: list[OlmDevice],
    rooms: set[str],
    requests: list[OutgoingKeyRequest],
    token: str,
) -> None:
    """Whatever others call themselves."""
    device = uuid.uuid4().hex
    kept = store(vault, device=device)
    for each in devices:
        kept.save_device_keys({each.user_id: {each.id: each}})
    kept.save_encrypted_rooms(rooms)
    for request in requests:
        kept.add_outgoing_key_request(request)
    kept.save_sync_token(token)
    again = store(vault, device=device)

    expected = {(each.user_id, each.id): asdict(each) for each in devices}
    assert expected == {(d.user_id, d.id): asdict(d) for d in again.load_device_keys()}
    assert rooms == again.load_encrypted_rooms()
    assert {r.request_id: r for r in requests} == again.load_outgoing_key_requests()
    assert token == again.load_sync_token()
    for request in requests:
        again.remove_outgoing_key_request(request)
    assert {} == store(vault, device=device).load_outgoing_key_requests()
