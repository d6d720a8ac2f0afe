"""What gunicorn makes of clients that lie, drip and shout; each test writes to its socket."""

import time
from collections.abc import Iterator

import pytest

from tests.test_views_safety import STRICT
from tests.web_server import HOST, Served, all_of, gunicorn

TLS = "X-Forwarded-Proto: https"
TO_TLS = b"HTTP/1.1 301"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with gunicorn(tmp_path_factory.mktemp("served"), REQUEST_SECONDS="2") as running:
        yield running


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One whose proxy is elsewhere, so that this machine is a stranger."""
    with gunicorn(tmp_path_factory.mktemp("distant"), FORWARDED_ALLOW_IPS="192.0.2.0/24") as running:
        yield running


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_of_a_stranger_no_forwarded_header_is_believed(distant: Served) -> None:
    for lines in ((TLS,), ("X-Forwarded-Protocol: ssl",), ("X-Forwarded-Ssl: on",), ("Forwarded: proto=https",)):
        assert distant.raw(*lines, f"X-Forwarded-Host: {HOST}").startswith(TO_TLS)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((TLS,), 200),
        ((TLS, TLS), 200),
        ((TLS, "X-Forwarded-Proto: http"), 400),
        (("X-Forwarded-Proto: http", TLS), 400),
        ((TLS, "X-Forwarded-Ssl: off"), 400),
        (("X-Forwarded-Proto: https,http",), 301),
        (("X_Forwarded_Proto: https",), 301),
        ((TLS, f"Host: {HOST}"), 400),
        ((TLS, "Host: evil.example.com"), 400),
        ((TLS, "X-Forwarded-Host: evil.example.com"), 200),
        ((TLS, "Forwarded: host=evil.example.com"), 200),
        ((TLS, "Content-Length: 1", "Content-Length: 2"), 400),
        ((TLS, "Content-Length: 5", "Transfer-Encoding: chunked"), 400),
        ((TLS, "A header without a colon"), 400),
        ((TLS, " folded: line"), 400),
        ((TLS, "Name\x00: x"), 400),
        ((TLS, "Name: x\x01"), 400),
        ((TLS, f"Long: {'x' * 9000}"), 431),
        ((TLS, *(f"Name-{number}: x" for number in range(120))), 431),
    ],
)
def test_a_doubtful_head_is_refused_and_a_forged_one_changes_nothing(
    served: Served, lines: tuple[str, ...], expected: int
) -> None:
    answer = served.raw(*lines)
    assert (status(answer), b"evil.example.com" in answer.lower()) == (expected, False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"GET /{'x' * 5000} HTTP/1.1", 414),
        ("GET /%00 HTTP/1.1", 400),
        ("GET /\x1b[31m HTTP/1.1", 400),
        ("get / HTTP/1.1", 400),
        (f"GET /?{'&'.join(f'a{number}' for number in range(1001))} HTTP/1.1", 414),
    ],
)
def test_a_doubtful_request_line_is_refused(served: Served, line: str, expected: int) -> None:
    assert status(served.raw(TLS, line=line)) == expected


POST = "POST /accounts/login/ HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n' + b"x" * 200_000 + b"\r\n--b--\r\n"


def test_a_large_body_is_refused_before_it_is_read(served: Served) -> None:
    assert status(served.raw(TLS, FORM, "Content-Length: 1000000000", line=POST, body=b"a=b")) == 413
    assert status(served.raw(TLS, FORM, "Content-Length: 131073", line=POST, body=b"a" * 131073)) == 413


def test_a_file_is_refused_too(served: Served) -> None:
    multipart = ("Content-Type: multipart/form-data; boundary=b", f"Content-Length: {len(FILE)}")
    assert status(served.raw(TLS, *multipart, line=POST, body=FILE)) == 413


def test_too_many_fields_are_refused(served: Served) -> None:
    body = b"&".join(b"a%d=" % number for number in range(1001))
    cookie = f"Cookie: __Host-aquaadmin_{served.port}_csrf={'a' * 32}"
    origin = f"Origin: https://{HOST}"
    assert status(served.raw(TLS, FORM, cookie, origin, f"Content-Length: {len(body)}", line=POST, body=body)) == 400


@pytest.mark.parametrize(
    ("line", "lines", "expected"),
    [
        (POST, ("Content-Length: 1000000000",), 413),
        ("GET /static/jobs/icon.svg HTTP/1.1", (), 200),
        ("GET /accounts/login/ HTTP/1.1", (), 200),
        ("GET /nothing/ HTTP/1.1", (), 404),
    ],
)
def test_a_file_and_an_error_carry_the_strict_headers_too(
    served: Served, line: str, lines: tuple[str, ...], expected: int
) -> None:
    answer = served.raw(TLS, *lines, line=line)
    head = answer.split(b"\r\n\r\n")[0].decode().lower()
    assert status(answer) == expected
    for name in ("content-security-policy: ", "permissions-policy: ", "strict-transport-security: "):
        assert name in head
    for name, value in STRICT.items():
        assert f"{name}: {value}".lower() in head


@pytest.mark.parametrize("part", ["line", "headers", "body"])
def test_who_drips_a_request_is_cut_off_and_keeps_nobody_out(served: Served, part: str) -> None:
    whole = f"{POST}\r\nHost: {HOST}\r\n{TLS}\r\n{FORM}\r\nContent-Length: 100000\r\n\r\n"
    begun = {"line": "POST", "headers": whole[:60], "body": whole}[part].encode()
    slow = [served.connect() for _ in range(40)]  # more than there are threads
    try:
        for client in slow:
            client.sendall(begun)
        assert served("GET", "/healthz").status == 200
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                slow[0].sendall(b"a")
                slow[0].settimeout(0.2)
                if not slow[0].recv(1) or part == "body":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            raise AssertionError("It was never cut off.")
    finally:
        for client in slow:
            client.close()
    assert "Socket error" not in served.log.read_text()


@pytest.mark.parametrize(
    "path",
    ["/.env", "/.git/config", "/manage.py", "/static/", "/static/jobs/", "/static/../.env", "/static/%2e%2e/.env"],
)
def test_nothing_of_the_checkout_is_served(served: Served, path: str) -> None:
    assert status(served.raw(TLS, line=f"GET {path} HTTP/1.1")) == 404


def test_trace_is_no_method_here(served: Served) -> None:
    answer = served.raw(TLS, "X-Planted: echo", line="TRACE /healthz HTTP/1.1")
    assert (status(answer), b"X-Planted" in answer) == (405, False)


def test_a_connection_that_says_nothing_is_no_event(served: Served) -> None:
    with served.connect() as silent:
        assert served("GET", "/healthz").status == 200
        silent.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        assert status(all_of(silent)) == 200
