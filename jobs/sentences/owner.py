"""What the owner of a job is told, to copy or by e-mail: plain text, with the sentence that is proved."""

from jobs.models import BatchSnapshot, Cancellation, JobSnapshot, State
from jobs.sentences.batches import fate
from jobs.sentences.cancellation import sentence_for
from jobs.sentences.evidence import Shown, evidence_of, shown_by
from jobs.sentences.words import one_line

MEANS = {
    Shown.CANCELLED: "A program that waits until this job is “completed” waits for ever: its status is “cancelled”"
    " from now on. The files of finished batches stay.",
}
"""By what the last read showed; of everything else the sentence says enough."""
MOST_BATCHES = 100


def subject(cancellation: Cancellation) -> str:
    """One line."""
    return f"Zuora AQuA job {cancellation.job_id}: {cancellation.get_state_display()}"


def text_for_owner(cancellation: Cancellation) -> str:
    """What, who, when, why, and each batch, of a cancellation that has settled."""
    evidence = evidence_of(cancellation)
    last = evidence.read.snapshot if evidence.read and evidence.read.snapshot else None
    job = last or cancellation.lookup.snapshot
    connection = cancellation.connection
    asked_at = cancellation.requested_at.strftime("%-d %b %Y, %H:%M:%S UTC")
    lines = [
        subject(cancellation),
        "",
        sentence_for(evidence),
        *_means(cancellation, shown_by(evidence.read)),
        "",
        f"Job: {_named(job)}{cancellation.job_id}",
        f"Connection: {connection.name} ({connection.kind}, {connection.environment_name})",
        f"Asked for by: {cancellation.who}, {asked_at}",
        f"Reason: {one_line(cancellation.reason)}",
        *([f"Ticket: {one_line(cancellation.ticket)}"] if cancellation.ticket else []),
        f"Zuora-Track-Id: {cancellation.track_id}",
        *_batches(job, is_before=last is None),
    ]
    return "\n".join(lines) + "\n"


def _means(cancellation: Cancellation, shown: Shown) -> list[str]:
    return ["", MEANS[shown]] if cancellation.state == State.CANCELLED and shown in MEANS else []


def _named(job: JobSnapshot | None) -> str:
    return f"{one_line(job.name)}, " if job and job.name else ""


def _batches(job: JobSnapshot | None, *, is_before: bool) -> list[str]:
    rows = list(job.batches.all()) if job else []
    if not job or not rows:
        return []
    told = [_batch(row, job, is_before=is_before) for row in rows[:MOST_BATCHES]]
    more = [f"… and {len(rows) - MOST_BATCHES} more"] if len(rows) > MOST_BATCHES else []
    return ["", "Batches, as they were before the cancel:" if is_before else "Batches:", *told, *more]


def _batch(batch: BatchSnapshot, job: JobSnapshot, *, is_before: bool) -> str:
    status = one_line(batch.status or "no status")
    facts = [status if is_before else fate(batch, job_status=job.status).word]
    if batch.record_count is not None and not is_before:
        facts.append(f"{batch.record_count:,} records")
    if batch.file_id:
        facts.append(f"file {one_line(batch.file_id)}")
    return f"- {one_line(batch.name or batch.batch_id or 'a batch without a name')}: {one_line(', '.join(facts))}"


def mail_sentence(cancellation: Cancellation, *, is_set_up: bool) -> str:
    """What became of the e-mail to the owner; nothing where none was asked for."""
    to, row = cancellation.notify, cancellation
    if not to:
        return ""
    if row.mail_sent_at:
        at = row.mail_sent_at.strftime("%-d %b %Y, %H:%M:%S UTC")
        return f"The mail server took an e-mail to {to} at {at}."
    if row.is_open:
        return f"{to} is told by e-mail as soon as it is known what became of the job."
    if row.mail_due_at is None:
        return f"No e-mail could be sent to {to}: {row.mail_problem or 'none was due'}."
    if not is_set_up:
        return f"No e-mail is sent to {to}: none is set up any more (EMAIL_URL)."
    if row.mail_problem:
        return f"The e-mail to {to} could not be sent yet: {row.mail_problem}. It is tried again."
    return f"An e-mail to {to} is on its way."
