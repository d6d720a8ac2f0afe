"""How times and other people's words are written in a sentence."""

from datetime import datetime, timedelta


def stop(words: str) -> str:
    """Somebody's words as a sentence, with one full stop."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def one_line(words: str) -> str:
    """Somebody's words without line breaks or other signs that nobody can see."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def clock(moment: datetime, *, beside: datetime) -> str:
    """A time of day in UTC, with the date where it is another one than the time it stands beside."""
    form = "%H:%M:%S UTC" if moment.date() == beside.date() else "%-d %b %Y, %H:%M:%S UTC"
    return moment.strftime(form)


def span(length: timedelta) -> str:
    """A length of time, never below zero."""
    seconds = max(length.total_seconds(), 0.0)
    if seconds < 0.1:
        return "less than 0.1 s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
