"""The past: who asked for what, what Zuora returned; with access in every query."""

from jobs.history.filters import CANCELLATIONS, EXCHANGES, Filter
from jobs.history.listing import Page, Place, page
from jobs.history.recent import entries_of_day, exchanges_of, mark_of, news_of, recent_cancellations, recent_elsewhere
from jobs.history.words import keep_words

__all__ = [
    "CANCELLATIONS",
    "EXCHANGES",
    "Filter",
    "Page",
    "Place",
    "entries_of_day",
    "exchanges_of",
    "keep_words",
    "mark_of",
    "news_of",
    "page",
    "recent_cancellations",
    "recent_elsewhere",
]
