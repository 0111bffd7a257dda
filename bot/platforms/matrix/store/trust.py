"""Which devices of others are trusted, as nio asks and says it.

Herald verifies nobody: whoever is in a room may read what is said there. Devices are `ignored`
then, in nio's word, which is said anew each time and not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nio.crypto import OlmDevice, TrustState


class Trust:
    """The part of a store that nio calls for trust; `keep` puts a device on the disk."""

    def __init__(self, keep: Callable[[OlmDevice], None]) -> None:
        self._keep = keep

    def verify_device(self, device: OlmDevice) -> bool:
        """True if it was not before."""
        return self._set(device, TrustState.verified)

    def unverify_device(self, device: OlmDevice) -> bool:
        """True if it was before."""
        return self._unset(device, TrustState.verified)

    def is_device_verified(self, device: OlmDevice) -> bool:
        """Somebody compared its keys."""
        return bool(device.verified)

    def blacklist_device(self, device: OlmDevice) -> bool:
        """True if it was not before."""
        return self._set(device, TrustState.blacklisted)

    def unblacklist_device(self, device: OlmDevice) -> bool:
        """True if it was before."""
        return self._unset(device, TrustState.blacklisted)

    def is_device_blacklisted(self, device: OlmDevice) -> bool:
        """It gets no keys."""
        return bool(device.blacklisted)

    def ignore_device(self, device: OlmDevice) -> bool:
        """True if it was not before."""
        return self._set(device, TrustState.ignored)

    def unignore_device(self, device: OlmDevice) -> bool:
        """True if it was before."""
        return self._unset(device, TrustState.ignored)

    def ignore_devices(self, devices: Sequence[OlmDevice]) -> None:
        """Send keys to these without a look at theirs; for this run of the program only."""
        for device in devices:
            device.trust_state = TrustState.ignored

    def is_device_ignored(self, device: OlmDevice) -> bool:
        """It gets keys, though nobody compared its own."""
        return bool(device.ignored)

    def _set(self, device: OlmDevice, state: TrustState) -> bool:
        if device.trust_state == state:
            return False
        device.trust_state = state
        self._keep(device)
        return True

    def _unset(self, device: OlmDevice, state: TrustState) -> bool:
        return device.trust_state == state and self._set(device, TrustState.unset)
