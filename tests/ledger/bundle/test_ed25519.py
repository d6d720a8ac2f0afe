"""The verifier's own Ed25519, by RFC 8032's test vectors and beside the library that signs."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jobs.ledger.bundle.verifier.ed25519 import ORDER, is_signed
from jobs.ledger.keys import public_bytes

VECTORS = (  # RFC 8032, section 7.1: tests 1 to 3
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(key: str, message: str, signature: str) -> None:
    public, text, signed = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(public, signed, text)
    assert not is_signed(public, signed, text + b"x")
    for position in (0, 31, 32, 63):
        broken = bytearray(signed)
        broken[position] ^= 1
        assert not is_signed(public, bytes(broken), text)


def test_a_number_beyond_the_order_is_no_signature() -> None:
    key, _, signature = VECTORS[0]
    signed = bytes.fromhex(signature)
    number = int.from_bytes(signed[32:], "little") + ORDER
    assert not is_signed(bytes.fromhex(key), signed[:32] + number.to_bytes(32, "little"), b"")


@pytest.mark.parametrize("key", [b"", b"\xff" * 32, (1 << 255 | 1).to_bytes(32, "little"), b"x" * 31])
def test_what_is_no_key_signs_nothing(key: bytes) -> None:
    assert not is_signed(key, bytes.fromhex(VECTORS[0][2]), b"")


def test_it_agrees_with_the_library_that_signs() -> None:
    for seed in range(20):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        message = b"%d" % seed * 7
        assert is_signed(public_bytes(private.public_key()), private.sign(message), message)
        assert not is_signed(public_bytes(private.public_key()), private.sign(message), message + b" ")
