"""The words by which a cancellation is found, and how a text becomes words."""

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection as database

from jobs.models import BatchSnapshot, Cancellation, JobSnapshot

MOST_WORDS = 400
"""Of one cancellation; a reason has at most 512. The reason's come first, the batches' last."""
MOST_BYTES = 48
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text in their order, each once: no capitals, no accents, at most 48 bytes each."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return list(dict.fromkeys(_cut(word) for word in _WORD.findall(plain)))


def _cut(word: str) -> str:
    return word.encode()[:MOST_BYTES].decode(errors="ignore")


def keep_words(cancellation: Cancellation) -> None:
    """Write the words of a new cancellation, in the transaction that inserts it."""
    snapshot = cancellation.lookup.snapshot
    batches = BatchSnapshot.objects.filter(snapshot=snapshot).order_by("position") if snapshot else ()
    insert(cancellation.pk, words_found_by(cancellation, snapshot, batches))


def words_found_by(
    cancellation: Cancellation, snapshot: JobSnapshot | None, batches: Iterable[BatchSnapshot]
) -> list[str]:
    """Of reason, ticket and person, of the job's name, and of each batch's name and the object that it queries."""
    texts = [cancellation.reason, cancellation.ticket, cancellation.requested_by_name]
    if snapshot:
        texts.append(snapshot.name or "")
        texts += [f"{batch.name or ''} {batch.source_object}" for batch in batches]
    return words_of(" ".join(texts))[:MOST_WORDS]


def insert(cancellation_id: int, words: list[str]) -> None:
    """One statement, whatever their number."""
    if not words:
        return
    parameters: list[bytes | int] = []
    for word in words:
        parameters += (word.encode(), cancellation_id)
    rows = ", ".join(["(%s, %s)"] * len(words))
    with database.cursor() as cursor:
        cursor.execute(f"INSERT INTO jobs_searchword (word, cancellation_id) VALUES {rows}", parameters)  # noqa: S608
