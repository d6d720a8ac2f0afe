"""The key that signs the ledger."""

import base64
import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings


@lru_cache(maxsize=4)
def signing_key(seed: str) -> Ed25519PrivateKey:
    """The key of a seed as it stands in LEDGER_SIGNING_KEY."""
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed))


def current_key() -> Ed25519PrivateKey:
    """The key that signs now."""
    return signing_key(settings.LEDGER_SIGNING_KEY)


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """What names a key in the entries: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_bytes(key)).hexdigest()[:16]


@lru_cache(maxsize=4)
def own_id(key: Ed25519PrivateKey) -> str:
    """The name of a private key's public one."""
    return key_id(key.public_key())


def announced(key: Ed25519PublicKey) -> dict[str, str]:
    """What an entry says of the key that signs from the next one on."""
    return {"key_id": key_id(key), "public_key": public_bytes(key).hex()}


def is_signed(key: Ed25519PublicKey, signature: str, link: str) -> bool:
    """Whether a signature in hex is this key's, of this text."""
    try:
        key.verify(bytes.fromhex(signature), link.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
