"""What Zuora returned of a job and its batches, parsed leniently, nothing dropped.

Fields may be missing, may be new, and come in any order (Zuora's documentation). A documented
field goes into its attribute, in a readable form where Zuora used another type (``"411"`` for
``411``). What the attributes do not hold verbatim stays in ``extra`` under Zuora's own name,
so that ``Job.document()`` always gives back the whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from jobs.aqua import body

LIVE = frozenset({"submitted", "executing"})
"""The two statuses in which a job can be cancelled."""
CANCELLED = "cancelled"
TERMINAL = frozenset({"completed", "error", "aborted", CANCELLED})

MAX_BATCHES = 500
"""Zuora allows 50 queries a job; a longer list is kept whole in ``extra``."""


class _FromZuora:
    """Documented fields as attributes, the rest in ``extra``; and the way back."""

    FIELDS: ClassVar[dict[str, tuple[str, Callable[[object], Any]]]]
    """Zuora's name: our attribute, and what reads its value."""

    __slots__ = ()

    @classmethod
    def _split(cls, document: dict[str, Any]) -> dict[str, Any]:
        known = {}
        extra = dict(document)
        for name, (attribute, read) in cls.FIELDS.items():
            value = read(document.get(name))
            if value is not None:
                known[attribute] = value
                if _is_verbatim(value, document[name]):
                    del extra[name]
        return {**known, "extra": extra}

    def _merge(self, extra: dict[str, Any]) -> dict[str, Any]:
        known = {name: getattr(self, attribute) for name, (attribute, _) in self.FIELDS.items()}
        return {name: _plain(value) for name, value in known.items() if value is not None} | extra


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _is_verbatim(value: object, original: object) -> bool:
    return type(_plain(value)) is type(original) and _plain(value) == original


@dataclass(frozen=True, slots=True)
class Batch(_FromZuora):
    """One query of a job. None means that Zuora did not say, or not in the documented type."""

    batch_id: str | None = None
    name: str | None = None
    status: str | None = None
    record_count: int | None = None
    message: str | None = None
    batch_type: str | None = None
    file_id: str | None = None
    segments: tuple[str, ...] | None = None
    query: str | None = None
    api_version: str | None = None
    full: bool | None = None
    localized_status: str | None = None
    deleted: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    FIELDS: ClassVar = {
        "batchId": ("batch_id", body.identifier),
        "name": ("name", body.text),
        "status": ("status", body.text),
        "recordCount": ("record_count", body.count),
        "message": ("message", body.text),
        "batchType": ("batch_type", body.text),
        "fileId": ("file_id", body.identifier),
        "segments": ("segments", body.identifiers),
        "query": ("query", body.text),
        "apiVersion": ("api_version", body.text),
        "full": ("full", body.flag),
        "localizedStatus": ("localized_status", body.text),
        "deleted": ("deleted", body.mapping),
    }

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """One element of ``batches``."""
        return cls(**cls._split(document))

    def document(self) -> dict[str, Any]:
        """The element of ``batches`` that this was parsed from."""
        return self._merge(self.extra)


@dataclass(frozen=True, slots=True)
class Job(_FromZuora):
    """A job as Zuora returned it. ``batches`` is None where none were given as a list of objects."""

    job_id: str | None = None
    name: str | None = None
    status: str | None = None
    version: str | None = None
    format: str | None = None
    encrypted: str | None = None
    partner: str | None = None
    project: str | None = None
    start_time: str | None = None
    source_data: str | None = None
    localized_status: str | None = None
    batches: tuple[Batch, ...] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    FIELDS: ClassVar = {
        "id": ("job_id", body.identifier),
        "name": ("name", body.text),
        "status": ("status", body.text),
        "version": ("version", body.text),
        "format": ("format", body.text),
        "encrypted": ("encrypted", body.text),
        "partner": ("partner", body.text),
        "project": ("project", body.text),
        "startTime": ("start_time", body.text),
        "sourceData": ("source_data", body.text),
        "localizedStatus": ("localized_status", body.text),
    }

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """An answer's object, whatever it holds; whether it is a job is the caller's question."""
        fields = cls._split(document)
        batches = document.get("batches")
        if (
            isinstance(batches, list)
            and len(batches) <= MAX_BATCHES
            and all(isinstance(batch, dict) for batch in batches)
        ):
            fields["batches"] = tuple(Batch.parse(batch) for batch in batches)
            del fields["extra"]["batches"]
        return cls(**fields)

    def document(self) -> dict[str, Any]:
        """The object that this was parsed from: equal to it, names in another order."""
        batches = {} if self.batches is None else {"batches": [batch.document() for batch in self.batches]}
        return self._merge(self.extra | batches)

    @property
    def is_live(self) -> bool:
        """Waiting or running: it can be cancelled."""
        return self.status in LIVE

    @property
    def is_stateful(self) -> bool:
        """It carries partner and project: others of its kind queue behind it."""
        return bool(self.partner and self.project)
