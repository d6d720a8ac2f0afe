"""What ``POST /v1/batch-query`` accepts, in the words of Zuora's API reference."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from jobs.sandbox.clockwork import PretendBatch

MAX_QUERIES = 50
FORMATS = ("csv", "zip", "gzip")
_QUERY = re.compile(r"select\s+(?P<fields>.+?)\s+from\s+(?P<source>[A-Za-z]\w*)\b", re.IGNORECASE | re.DOTALL)


class NotAccepted(Exception):
    """The job is rejected at validation; the message is AQuA's. ``echo`` holds what the answer repeats."""

    def __init__(self, message: str, **echo: Any) -> None:
        super().__init__(message)
        self.echo = echo


@dataclass(frozen=True)
class Order:
    """A submitted job as it was ordered. ``echo`` holds what the answers repeat."""

    name: str
    batches: tuple[PretendBatch, ...]
    partner: str = ""
    project: str = ""
    format: str = "CSV"
    version: Any = "1.0"
    encrypted: str = "none"
    merges_last_queries: bool = False
    uses_labels: bool = True
    echo: dict[str, Any] = field(default_factory=dict)


def read_order(body: bytes) -> Order:
    """The order in a request's body.

    Raises:
        NotAccepted: it is none.
    """
    try:
        wanted = json.loads(body)
        batches = tuple(_batch(query) for query in wanted["queries"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAccepted("The JSON request cannot be parsed.") from None
    format_ = str(wanted.get("format") or "csv").lower()
    partner, project = str(wanted.get("partner") or ""), str(wanted.get("project") or "")
    if complaint := _complaint(batches, format_, partner, project):
        echo = {"name": str(wanted.get("name") or ""), "version": wanted.get("version", "1.0")}
        queries = [{"name": batch.name, "query": batch.query, "batchType": batch.batch_type} for batch in batches]
        raise NotAccepted(complaint, **echo, batches=queries)
    merges = _is_true(wanted.get("useLastCompletedJobQueries"))
    return Order(
        name=str(wanted.get("name") or ""),
        batches=batches,
        partner=partner,
        project=project if partner else "",
        format=format_.upper(),
        version=wanted.get("version", "1.0"),
        encrypted=str(wanted.get("encrypted") or "none"),
        merges_last_queries=merges,
        uses_labels=not _is_true(wanted.get("useQueryLabels")),
        echo={"useLastCompletedJobQueries": merges, "offset": wanted.get("offset", 0)},
    )


def _complaint(batches: tuple[PretendBatch, ...], format_: str, partner: str, project: str) -> str:
    if not 1 <= len(batches) <= MAX_QUERIES:
        return f"There must be between 1 and {MAX_QUERIES} queries."
    if not all(_QUERY.match(batch.query.strip()) for batch in batches):
        return "There is a syntax error in one of the queries in the AQuA input"
    if format_ not in FORMATS:
        return f"The format {format_} is not supported."
    if partner and not project:
        return "The project must be specified together with the partner."
    return ""


def _batch(query: dict[str, Any]) -> PretendBatch:
    text = str(query["query"])
    return PretendBatch(
        name=str(query.get("name") or ""),
        query=text,
        batch_type=str(query.get("type") or "zoqlexport"),
        api_version=str(query.get("apiVersion") or "91.0"),
        deleted=query.get("deleted"),
    )


def columns(batch: PretendBatch, *, uses_labels: bool) -> list[str]:
    """The header of a batch's file."""
    match = _QUERY.match(batch.query.strip())
    names = [name.strip() for name in match["fields"].split(",")] if match else ["Id"]
    names = ["Id", "Name"] if names == ["*"] else names
    source = match["source"] if match else "Object"
    header = [name if not uses_labels or "." in name else f"{source}: {name}" for name in names]
    return [*header, str(batch.deleted.get("column", "Deleted"))] if isinstance(batch.deleted, dict) else header


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
