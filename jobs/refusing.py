"""A signed-in person tried what they may not: it is logged, and it is in the ledger, which nobody can flood with it."""

import logging
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from jobs.ledger import Event, append
from jobs.models import Connection, Entry, Kind
from jobs.models.cancellation import Via

logger = logging.getLogger("aquaadmin.refused")
MOST_IN_AN_HOUR = 20
"""Of one person, in the ledger; all of them are in the log."""


def refused(
    user: User,
    act: str,
    *,
    name: str = "",
    via: str = Via.WEB,
    connection: Connection | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note that ``user`` (``name``, where it was only claimed) tried ``act``, which they may not.

    Raises:
        DatabaseError: the ledger cannot be written.
    """
    on = f" on {connection}" if connection else ""
    logger.warning("%r tried to %s%s, and may not", name or user.get_username(), act, on)
    with transaction.atomic():
        earlier = Entry.objects.filter(kind=Kind.REFUSED, actor=user).order_by("-number").values_list("at", flat=True)
        latest = list(earlier[:MOST_IN_AN_HOUR])
        if len(latest) == MOST_IN_AN_HOUR and latest[-1] > timezone.now() - timedelta(hours=1):
            return
        append(
            Event(
                kind=Kind.REFUSED,
                actor=user,
                actor_name=name or user.get_username(),
                via=via,
                connection=connection,
                detail={"tried": act, **(detail or {})},
            )
        )
