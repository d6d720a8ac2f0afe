"""The cache, in the database: what one process counts, all of them count. It holds the limits of signing in.

Values are JSON, so that nobody who can write to the table can make the product run anything. Nothing is pushed out
before its time: whoever tries a great many names gains nothing by it.
"""

import hashlib
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction

from jobs.models import Remembered

FOR_EVER = 1e12


class SharedCache(BaseCache):
    """Django's cache over the rows of ``Remembered``."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _digest(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()

    def _until(self, timeout: Any) -> float:
        until = self.get_backend_timeout(timeout)
        return FOR_EVER if until is None else float(until)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value where none is kept; of several who try at once, one is told True."""
        row = Remembered(digest=self._digest(key, version), value=value, until=self._until(timeout))
        Remembered.objects.filter(pk=row.pk, until__lte=time.time()).delete()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value that is kept, or the default."""
        row = Remembered.objects.filter(pk=self._digest(key, version), until__gt=time.time()).first()
        return default if row is None else row.value

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, and forget all whose time is over."""
        Remembered.objects.filter(until__lte=time.time()).delete()
        row = Remembered(digest=self._digest(key, version), value=value, until=self._until(timeout))
        Remembered.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["digest"], update_fields=["value", "until"]
        )

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value for longer; False where none is kept."""
        kept = Remembered.objects.filter(pk=self._digest(key, version), until__gt=time.time())
        return kept.update(until=self._until(timeout)) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; False where none was kept."""
        return Remembered.objects.filter(pk=self._digest(key, version)).delete()[0] == 1

    def clear(self) -> None:
        """Forget everything."""
        Remembered.objects.all().delete()
