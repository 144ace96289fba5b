"""Locking files: AES-256-GCM with a key of its own for each file, itself locked with ours.

The keys are outside the database. Whoever has the database alone reads nothing; whoever puts
one file's content in another one's place, or says something else about it, breaks the seal.
"""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.application.file_ports import Sealed

_NONCE = 12


class BrokenSealError(RuntimeError):
    """What is stored is not what was locked, or the key for it is gone. Nothing of it is shown."""


class Vault:
    """Locks with the first of its keys, and opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Use these keys of 32 bytes."""
        self._keys = {key_id(key): AESGCM(key) for key in keys}
        self._newest = key_id(keys[0])

    def seal(self, content: bytes, about: bytes) -> Sealed:
        """Lock the content together with what it is about."""
        own = AESGCM.generate_key(256)
        wrapped = _lock(self._keys[self._newest], own, self._newest.encode() + about)
        return Sealed(self._newest, wrapped, _lock(AESGCM(own), content, about))

    def unseal(self, sealed: Sealed, about: bytes) -> bytes:
        """Open it. Raises BrokenSealError."""
        try:
            key = self._keys[sealed.key_id]
            own = _unlock(key, sealed.wrapped_key, sealed.key_id.encode() + about)
            return _unlock(AESGCM(own), sealed.ciphertext, about)
        except (KeyError, ValueError, InvalidTag):
            raise BrokenSealError from None


def key_id(key: bytes) -> str:
    """By which a key is known without being told: it follows from the key, and does not lead back."""
    return hashlib.sha256(b"tsunagi file key\n" + key).hexdigest()[:16]


def _lock(key: AESGCM, plain: bytes, about: bytes) -> bytes:
    # Each key locks few things (ours: one key a file), so that random nonces never meet.
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, plain, about)


def _unlock(key: AESGCM, locked: bytes, about: bytes) -> bytes:
    return key.decrypt(locked[:_NONCE], locked[_NONCE:], about)
