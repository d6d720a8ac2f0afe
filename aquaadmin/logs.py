"""How a line of the log looks, whoever writes it."""

import logging
import time
from typing import Any

from jobs.printable import printable

MORE = "  | "
"""Begins what belongs to the line before it: no text from outside can pass for a line of its own."""


class Line(logging.Formatter):
    """One line for a message, whatever is in it; a traceback's lines each begin with ``MORE``. Times are in UTC."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return _more(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 (logging's name)
        return _more(super().formatStack(stack_info))


def _more(text: str) -> str:
    return "\n".join(f"{MORE}{printable(line)}" for line in text.split("\n"))
