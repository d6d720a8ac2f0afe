"""The words by which a cancellation is found."""

from django.db import models

from jobs.models.cancellation import Cancellation


class SearchWord(models.Model):
    """One word of one cancellation; derived from the rows, and made anew from them by ``rebuild_history``.

    The bytes are UTF-8, so that both databases compare them alike whatever their language. The key gives a word's
    cancellations in order: a page of them costs the same among a million.
    """

    pk = models.CompositePrimaryKey("word", "cancellation_id")
    word = models.BinaryField(max_length=64)
    cancellation = models.ForeignKey(
        Cancellation, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    def __str__(self) -> str:
        return f"{bytes(self.word).decode()} in {self.cancellation_id}"
