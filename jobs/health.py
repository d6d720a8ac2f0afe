"""``/healthz``: the process is up. ``/readyz``: it can do its work."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from jobs import checks
from jobs.fields import SecretUnreadable
from jobs.ledger import guarding
from jobs.models import Connection


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and keys are in order; else 503, and what is not."""
    try:
        problems = {"migrations": _migrations(), "settings": _settings()}
        if not problems["migrations"]:
            problems["keys"] = _keys()
            problems["ledger"] = "; ".join(guarding.problems())
    except DatabaseError:
        problems = {"database": "cannot be reached or read"}
    wrong = {name: problem for name, problem in problems.items() if problem}
    return JsonResponse({"status": "not ready" if wrong else "ok", **wrong}, status=503 if wrong else 200)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "not applied: run manage.py migrate" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else ""


def _settings() -> str:
    return " ".join(problem.msg for problem in checks.upstream_ca_file(None))


def _keys() -> str:
    """Whether the newest and the oldest stored secret can be read."""
    rows = Connection.objects.order_by("pk")
    try:
        for stored in (rows.first(), rows.last()):
            if stored:
                stored.open_secret()
    except SecretUnreadable:
        return "CREDENTIAL_KEYS does not read the stored secrets"
    return ""
