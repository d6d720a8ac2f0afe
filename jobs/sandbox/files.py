"""The result files of finished batches."""

import csv
import gzip
import io
import zipfile

from jobs.sandbox.clockwork import PretendBatch, PretendJob, new_id
from jobs.sandbox.submitting import columns

KEPT_SECONDS = 3 * 24 * 3600.0
"""Zuora keeps result files for three days."""


def file_content(job: PretendJob, file_id: str, now: float) -> bytes | None:
    """The bytes of a file of this job; None where the file is none of its, not written yet, or gone."""
    if now > job.ends_at + KEPT_SECONDS:
        return None
    for position, batch in enumerate(job.batches):
        for part, known in enumerate(job.files_of(position, now)):
            if known == file_id:
                return _packed(job, batch, _table(job, batch, part))
    return None


def _table(job: PretendJob, batch: PretendBatch, part: int) -> bytes:
    header = columns(batch, uses_labels=job.uses_labels)
    parts = max(batch.segments, 1)
    rows = batch.rows // parts + (batch.rows % parts if part == parts - 1 else 0)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    seed = new_id(job.job_id, batch.name, part)[:20]
    deleted = batch.deleted if isinstance(batch.deleted, dict) else None
    more = header[1:] if deleted is None else header[1:-1]
    flags = [] if deleted is None else ["0" if str(deleted.get("format")).lower() == "numeric" else "false"]
    writer.writerows([f"{seed}{n:012x}", *(_value(name, n) for name in more), *flags] for n in range(rows))
    return text.getvalue().encode()


def _value(column: str, number: int) -> str:
    """What may stand under a heading: clients parse dates and amounts."""
    if column.endswith(("DueDate", "EffectiveDate", "InvoiceDate")):
        return "2026-01-31"
    if column.endswith("Date"):
        return "2026-01-31T08:20:07Z"
    if column.endswith(("Amount", "Balance")):
        return f"{number}.50"
    return f"{column} {number}"


def _packed(job: PretendJob, batch: PretendBatch, table: bytes) -> bytes:
    if job.format == "GZIP":
        return gzip.compress(table)
    if job.format == "ZIP":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{batch.name or 'query'}.csv", table)
        return packed.getvalue()
    return table
