"""Settings that are wrong stop the start, with what to do about it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register()
def loopback(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """ALLOW_LOOPBACK_HTTP is for trying out."""
    if not settings.ALLOW_LOOPBACK_HTTP:
        return []
    hint = "Unset it wherever real credentials are stored."
    return [checks.Warning("ALLOW_LOOPBACK_HTTP lets connections lead to this machine.", hint=hint, id="jobs.W001")]
