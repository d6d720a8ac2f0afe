"""What every request and every answer has in common."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from jobs.refusing import refused

_NOTHING_NEEDED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking"),
)
_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
STRICT_HEADERS = {
    "Permissions-Policy": ", ".join(
        [*(f"{name}=()" for name in _NOTHING_NEEDED), *(f"{name}=(self)" for name in _PASSKEYS)]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class StrictHeaders:
    """What no other middleware says: other sites embed nothing of ours, and our pages use nothing of the machine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in STRICT_HEADERS.items():
            response.setdefault(name, value)
        return response


class WholeBody:
    """A body is received before anything is done with its request; one that is too large, or never whole, ends it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.body  # noqa: B018 (it is kept, and parsed from memory)
        except RequestDataTooBig:
            return HttpResponse(render_to_string("400.html"), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except UnreadablePostError:
            return HttpResponse(render_to_string("400.html"), status=HTTPStatus.REQUEST_TIMEOUT)
        return self.get_response(request)


class NoNul:
    """No address has a NUL in it: PostgreSQL could not compare it with anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.get_full_path():
            raise SuspiciousOperation("NUL in the address")
        return self.get_response(request)


class WrongMethod:
    """A page for a person who came by a method that an address does not know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = render(request, "405.html", status=response.status_code)
            page["Allow"] = response["Allow"]
            return page
        return response


class Refusals:
    """What a signed-in person sent and may not: in the log, and in the ledger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, PermissionDenied) and request.method == "POST" and isinstance(request.user, User):
            refused(request.user, f"post to {request.path}"[:200])


class NeverCached:
    """Pages show what some people may see and others may not: no cache keeps them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
