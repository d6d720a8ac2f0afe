"""The forms of the answers that are not jobs, as Zuora documents them or others observed them."""

import json
from dataclasses import dataclass, field
from typing import Any

GATEWAY_PAGE = b"""<HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD><BODY>
<H1>Service Unavailable - Zero size object</H1>
The server is temporarily unable to service your request. Please try again later.<P>Reference&#32;#15.2d351cb8
</BODY></HTML>"""


@dataclass
class Reply:
    """A status, a body (a document, or ``raw`` bytes of a media type), and headers of its own."""

    status: int
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    kind: str = "text/html"

    def body(self) -> bytes:
        """The bytes to send."""
        return self.raw if self.raw is not None else json.dumps(self.document, indent=1).encode()

    def content_type(self) -> str:
        """Said in ``Content-Type``."""
        return "application/json;charset=UTF-8" if self.raw is None else self.kind


def problem(status: int, *, message: str, code: int | None = None) -> Reply:
    """``{"code": …, "message": …}``, or a bare message."""
    return Reply(status, {"message": message} if code is None else {"success": False, "code": code, "message": message})


def aqua_error(code: str, message: str, status: int = 200) -> Reply:
    """AQuA's own form: an ``errorCode``, mostly with HTTP 200."""
    return Reply(status, {"errorCode": code, "message": message})
