"""Jobs with fixed IDs, each of which plays one situation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.sandbox.answers import GATEWAY_PAGE
from jobs.sandbox.clockwork import PretendBatch, PretendJob, new_id
from jobs.sandbox.faults import Fault

HOURS = 3600.0


@dataclass(frozen=True)
class Situation:
    """``story`` tells a person what happens; the rest makes it happen."""

    name: str
    story: str
    job: dict[str, object] = field(default_factory=dict)
    batches: tuple[PretendBatch, ...] = ()
    submitted_before: float = 600.0
    behind: str = ""
    fault: Callable[[str], Fault] | None = None
    exists: bool = True

    @property
    def job_id(self) -> str:
        """32 lower-case hex digits, the same at every start."""
        return new_id("aquaadmin sandbox", self.name)


def _query(name: str, fields: str) -> str:
    return f"select {fields} from {name} where UpdatedDate >= '2026-01-01T00:00:00'"  # noqa: S608 (nothing runs it)


_LONG = (
    PretendBatch(
        "Account", _query("Account", "Id, AccountNumber, Name, Balance, Currency, Status"), 200, 1322, segments=3
    ),
    PretendBatch("Invoice", _query("Invoice", "Id, InvoiceNumber, Amount, Balance, DueDate, Account.Id"), 200, 48211),
    PretendBatch(
        "InvoiceItem", _query("InvoiceItem", "Id, ChargeAmount, SKU, Invoice.Id, Subscription.Id"), 3 * HOURS, 910_442
    ),
    PretendBatch("Payment", _query("Payment", "Id, PaymentNumber, Amount, Status, Account.Id"), HOURS, 22_190),
    PretendBatch("Refund", _query("Refund", "Id, RefundNumber, Amount, ReasonCode"), HOURS, 311),
)
_SHORT = (
    PretendBatch("Subscription", _query("Subscription", "Id, Name, Status, TermType"), 30, 5120),
    PretendBatch("RatePlan", _query("RatePlan", "Id, Name, Subscription.Id"), 30, 20_007),
)
_FAILING = (_SHORT[0], PretendBatch("RatePlan", "select Idd from RatePlan", 5, 0, fails=True), _LONG[4])


def _cancel_answers(status: int, body: bytes, **headers: str) -> Callable[[str], Fault]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda job_id: Fault("DELETE", f"/jobs/{job_id}", times=None, status=status, body=body, headers=named)


_NIGHTLY: dict[str, object] = {"partner": "3rdparty", "project": "nightly"}


def _cancel_breaks(**how: object) -> Callable[[str], Fault]:
    return lambda job_id: Fault("DELETE", f"/jobs/{job_id}", times=None, **how)  # type: ignore[arg-type]


SITUATIONS = (
    Situation("running", "Is executing, for hours. A cancel works.", batches=_LONG),
    Situation(
        "queued",
        "A stateful job (partner and project) that waits behind the next one. A cancel works.",
        batches=_SHORT,
        job=_NIGHTLY,
        behind="blocks the queued one",
    ),
    Situation(
        "blocks the queued one",
        "A stateful job that runs for hours; the queued one starts when it ends, also by a cancel.",
        batches=_LONG,
        job=_NIGHTLY,
        submitted_before=900.0,
    ),
    Situation("already completed", "Ended before you came. There is nothing to cancel.", batches=_SHORT),
    Situation("aborted", "One of its queries failed. There is nothing to cancel.", batches=_FAILING),
    Situation(
        "finishes while you confirm",
        "Looks as if it were executing, and is completed when the cancel arrives.",
        batches=_LONG,
        job={"finishes_on_cancel": True},
    ),
    Situation(
        "accepts the cancel but keeps running",
        "Zuora says cancelled, and every read says executing.",
        batches=_LONG,
        job={"never_stops": True},
    ),
    Situation(
        "loses the answer after doing the work",
        "The job is cancelled, and the connection closes before the answer.",
        batches=_LONG,
        fault=_cancel_breaks(act=True, hang_up="before"),
    ),
    Situation(
        "hangs up without doing the work",
        "The connection closes before the answer, and the job goes on running.",
        batches=_LONG,
        fault=_cancel_breaks(hang_up="before"),
    ),
    Situation(
        "hangs up in the middle of the answer",
        "The job is cancelled, and the answer breaks off.",
        batches=_LONG,
        fault=_cancel_breaks(act=True, hang_up="middle"),
    ),
    Situation(
        "drips the headers of its answer",
        "The job is cancelled; the answer comes a byte a second, so that it never ends in time.",
        batches=_LONG,
        fault=_cancel_breaks(act=True, drip_headers=1.0),
    ),
    Situation(
        "drips the body of its answer",
        "The same, from the body on.",
        batches=_LONG,
        fault=_cancel_breaks(act=True, drip_body=1.0),
    ),
    Situation(
        "answers 401",
        "The read works; the cancel is answered with an authentication error.",
        batches=_LONG,
        fault=_cancel_answers(401, b'{"message":"Authentication error"}'),
    ),
    Situation(
        "answers 403",
        "The read works; the cancel is answered with a missing permission.",
        batches=_LONG,
        fault=_cancel_answers(403, b'{"code":50000010,"message":"The user has no API write access."}'),
    ),
    Situation(
        "answers 429",
        "The read works; the cancel is answered with too many requests.",
        batches=_LONG,
        fault=_cancel_answers(
            429, b'{"success":false,"code":50000070,"message":"Request exceeded limit"}', Retry_After="120"
        ),
    ),
    Situation(
        "answers 503 as HTML",
        "The read works; the cancel is answered by the gateway's error page.",
        batches=_LONG,
        fault=_cancel_answers(503, GATEWAY_PAGE, Content_Type="text/html", Server="AkamaiGHost"),
    ),
    Situation(
        "cannot be read afterwards",
        "A cancel works; for 25 seconds after it every read is answered by the gateway's error page.",
        batches=_LONG,
        job={"unreadable_for": 25.0},
    ),
    Situation("unknown ID", "Zuora knows no such job.", exists=False),
)


def named_jobs(now: float, wall: datetime) -> dict[str, PretendJob]:
    """The jobs of all situations as they are at the start, by job ID."""
    jobs = {situation.name: _job(situation, now, wall) for situation in SITUATIONS if situation.exists}
    for situation in SITUATIONS:
        if situation.behind:
            jobs[situation.name].behind = jobs[situation.behind]
    return {job.job_id: job for job in jobs.values()}


def _job(situation: Situation, now: float, wall: datetime) -> PretendJob:
    return PretendJob(
        job_id=situation.job_id,
        name=f"Sandbox: {situation.name}",
        batches=situation.batches,
        submitted_at=now - situation.submitted_before,
        began=wall - timedelta(seconds=situation.submitted_before),
        **situation.job,  # type: ignore[arg-type]
    )
