"""How values are written on pages."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.models import Cancellation
from jobs.sentences import sentence

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """A time in UTC, readable by people and programs."""
    if value is None:
        return "–"
    utc = value.astimezone(timezone.get_fixed_timezone(0))
    return format_html('<time datetime="{}">{} UTC</time>', utc.isoformat(), utc.strftime("%-d %b %Y, %H:%M:%S"))


@register.filter
def ago(value: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = int((timezone.now() - value).total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


@register.filter
def said(cancellation: Cancellation) -> str:
    """What became of a cancellation, in one sentence."""
    return sentence(cancellation)


@register.filter
def thousands(value: Any) -> str:
    """A number with its thousands set apart; an en dash where there is none."""
    return "–" if value is None else f"{value:,}"
