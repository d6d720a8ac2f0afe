"""A row of the cache that all processes share."""

from django.db import models

from jobs.fields import JSONTextField


class Remembered(models.Model):
    """A value under its key's digest, until a moment in seconds since 1970. ``jobs.shared_cache`` alone keeps it."""

    digest = models.CharField(primary_key=True, max_length=64)
    value = JSONTextField()
    until = models.FloatField(db_index=True)

    def __str__(self) -> str:
        return self.digest
