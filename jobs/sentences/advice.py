"""What a person is told before they decide, each with what must stand behind it."""

from jobs.models import JobSnapshot
from jobs.sentences.batches import fate

STATEFUL = (
    "This is a stateful job (partner {partner}, project {project}). Other jobs of the same project queue behind it."
    " What a cancel does to the starting point of its next incremental extract is not documented by Zuora: tell the"
    " owner of the integration."
)
"""Said of a job that carries partner and project (Zuora's documentation of stateful mode)."""
NO_WAY_BACK = "A cancel cannot be undone: the queries that have not finished must be run again."
"""Said of every job that can be cancelled."""
FILES_STAY = "{count} {have} finished: Zuora keeps {files} for three days, also after a cancel."
"""Said where the read showed finished batches (Zuora's documentation: result files are kept for three days)."""


def of_stateful(job: JobSnapshot | None) -> str:
    """The warning for a stateful job; "" for another."""
    if job is None or not (job.partner and job.project):
        return ""
    return STATEFUL.format(partner=job.partner, project=job.project)


def of_cancelling(job: JobSnapshot | None) -> str:
    """What a cancel of this job, as it was read, means."""
    rows = job.batches.all() if job else ()
    count = sum(fate(row, job_status=job.status).word == "finished" for row in rows) if job else 0
    if not count:
        return NO_WAY_BACK
    have, files = ("batch has", "its file") if count == 1 else ("batches have", "their files")
    return f"{NO_WAY_BACK} {FILES_STAY.format(count=count, have=have, files=files)}"
