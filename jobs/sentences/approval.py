"""What the product says of a cancellation that waits, or waited, for approval: each with the evidence it needs."""

from jobs.models import Cancellation, Decision
from jobs.sentences.words import clock, stop

WAITING = {
    False: "Waiting for approval until {expires_at}; nothing has been sent to Zuora.",
    True: "Withdrawn: nothing was sent to Zuora. Nobody approved it before {expires_at}.",
}
"""By whether its time is over. After it nothing is sent, also where nobody has settled it yet."""

WITHDRAWN = {
    Decision.DENIED: "{decider} denied it at {decided_at}: {reason}",
    Decision.EXPIRED: "Nobody approved it before {expires_at}.",
    Decision.TAKEN_BACK: "{decider} took it back at {decided_at}.",
    Decision.JOB_CHANGED: "The job changed after the cancel was asked for: {reason}",
    Decision.RIGHT_LOST: "{requester} may no longer cancel jobs on this connection.",
    Decision.CONNECTION_CHANGED: "The connection was changed after the cancel was asked for: {reason}",
}
"""By the decision that stands in the row."""

SINCE = {
    None: "the request",
    Decision.APPROVED: "the approval",
    Decision.BROKE_GLASS: "it was sent without approval",
}
"""What the sending followed, by the decision that stands in the row."""

STARTED = {
    Decision.APPROVED: "Approved by {decider} at {decided_at}.",
    Decision.BROKE_GLASS: "BREAK-GLASS: {decider} had it sent without approval at {decided_at}. {reason}",
}
"""Said beside what became of it, by the decision that stands in the row."""


def approval_facts(cancellation: Cancellation) -> dict[str, str]:
    """What the sentences of this module are filled with; "" where there is nothing to fill in."""
    row, beside = cancellation, cancellation.requested_at
    facts = {"requester": row.requested_by_name, "decider": row.decider, "reason": stop(row.decision_reason or "")}
    facts["expires_at"] = clock(row.expires_at, beside=beside) if row.expires_at else ""
    facts["decided_at"] = clock(row.decided_at, beside=beside) if row.decided_at else ""
    decision = Decision(row.decision) if row.decision else None
    return {
        "waiting": WAITING[row.has_expired].format(**facts),
        "why": WITHDRAWN[decision].format(**facts) if decision in WITHDRAWN else "",
        "since": SINCE.get(decision, ""),
        "started": STARTED[decision].format(**facts) if decision in STARTED else "",
    }


def decision_sentence(cancellation: Cancellation) -> str:
    """Who let it be sent, of a cancellation that needed approval; "" of any other."""
    return approval_facts(cancellation)["started"]
