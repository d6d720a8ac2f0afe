"""From the bytes of an answer to values that every database can hold."""

import json
import math
from typing import Any

MAX_DEPTH = 60
MAX_IDENTIFIER = 255
MAX_COUNT = 2**63 - 1


class NotUnderstood(ValueError):
    """The body is not one JSON object that can be kept. The message says why."""


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object that an answer consists of.

    Raises:
        NotUnderstood: whatever else the bytes are: nothing, HTML, cut off, a list, a
            number beyond a double, one name twice, nested deeper than ``MAX_DEPTH``.
    """
    try:
        value = json.loads(body, object_pairs_hook=_no_name_twice, parse_float=_finite, parse_constant=_finite)
    except NotUnderstood:
        raise
    except RecursionError:
        raise NotUnderstood("The answer is nested too deeply to be one of Zuora's.") from None
    except ValueError:
        raise NotUnderstood("The answer is not JSON.") from None
    if not isinstance(value, dict):
        raise NotUnderstood("The answer is JSON, but not an object.")
    if _deeper_than(MAX_DEPTH, value):
        raise NotUnderstood("The answer is nested too deeply to be one of Zuora's.")
    return value


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise NotUnderstood("The answer gives one name twice, so it cannot be told which holds.")
    return document


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotUnderstood("The answer has a number that is none.")
    return number


def _deeper_than(limit: int, value: object) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def text(value: object) -> str | None:
    """A string without what no database holds; a number as its digits; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def identifier(value: object) -> str | None:
    """A text short enough to be indexed."""
    readable = text(value)
    return readable if readable is not None and len(readable) <= MAX_IDENTIFIER else None


def count(value: object) -> int | None:
    """A whole number that a 64-bit column holds, also where it came as a string of digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_COUNT:
        return value
    return None


def flag(value: object) -> bool | None:
    """True or false."""
    return value if isinstance(value, bool) else None


def identifiers(value: object) -> tuple[str, ...] | None:
    """A list of strings."""
    if isinstance(value, list) and all(isinstance(item, str) and text(item) == item for item in value):
        return tuple(value)
    return None


def mapping(value: object) -> dict[str, Any] | None:
    """An object."""
    return value if isinstance(value, dict) else None
