"""Ed25519's verification as in RFC 8032, section 5.1.7, in whole numbers: slow (some milliseconds), and small."""

import hashlib

Point = tuple[int, ...]  # x, y, z and t: the extended coordinates of a point of the curve; () where there is none
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature of 64 bytes is that of a public key's 32 bytes, of this message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    owner, random, number = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if not owner or not random or number >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    left = _times(number, BASE)
    right = _add(random, _times(int.from_bytes(digest, "little") % ORDER, owner))
    return all((left[n] * right[2] - right[n] * left[2]) % PRIME == 0 for n in (0, 1))


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % PRIME, (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c, d = 2 * p[3] * q[3] * D % PRIME, 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _point(encoded: bytes) -> Point:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= PRIME:
        return ()
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return ()
    if x & 1 != sign:
        x = PRIME - x
    return (x, y, 1, x * y % PRIME)


BASE = _point((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little"))
