"""What the product says of a connection that was tried: exactly what is wrong, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from jobs.aqua.environments import LEGACY_SUFFIX
from jobs.models import Connection, Exchange
from jobs.models.exchange import Outcome
from jobs.sentences.lookup import category, is_no_such_job, is_permission, is_sign_in
from jobs.sentences.words import stop

OAUTH_CLIENT_ID_LENGTH = 36
"""Of every client ID of Zuora's (its authentication documentation)."""


@dataclass(frozen=True)
class TrialSentence:
    """Said of the first exchange that ``fits``; ``works`` tells good from bad."""

    fits: Callable[[Exchange], bool]
    text: str
    works: bool = False


def _kind(*kinds: str) -> Callable[[Exchange], bool]:
    return lambda exchange: exchange.error_kind in kinds


def _is_no_such_job(exchange: Exchange) -> bool:
    return exchange.outcome == Outcome.REFUSED and is_no_such_job(exchange.error_kind)


def _may_be_another_path(exchange: Exchange) -> bool:
    path = urlsplit(exchange.connection.address).path.removesuffix(LEGACY_SUFFIX)
    return _is_no_such_job(exchange) and bool(path) and not exchange.error_kind.startswith("aqua_9000")


def _shows_a_job(exchange: Exchange) -> bool:
    return exchange.outcome == Outcome.ANSWERED


def _is_page(exchange: Exchange) -> bool:
    return (exchange.body_received or b"").lstrip()[:1] == b"<"


def _is_too_many(exchange: Exchange) -> bool:
    kind = exchange.error_kind
    said_so = "request exceeded limit" in exchange.words.lower() or kind == "aqua_70" or category(kind) == "70"
    return exchange.http_status == HTTPStatus.TOO_MANY_REQUESTS or kind == "token_too_many" or said_so


def _is_fault(exchange: Exchange) -> bool:
    return (exchange.http_status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR or exchange.error_kind == "token_fault"


TRIAL_SENTENCES = (
    TrialSentence(
        _may_be_another_path,
        "{host} answers and let this connection in, but perhaps not as AQuA: {words} Check the path of the base URL.",
    ),
    TrialSentence(
        _is_no_such_job,
        "{name} works: Zuora let it in and looked for a job. Whether it may cancel shows only at a cancel.",
        works=True,
    ),
    TrialSentence(_shows_a_job, "{host} showed a job that cannot exist, so it is not Zuora. Check the base URL."),
    TrialSentence(_kind("address"), "{words} Correct the base URL, or let an administrator of the server allow it."),
    TrialSentence(
        _kind("private"),
        "{words} Nothing was sent. Check the base URL, and what the name leads to; where a proxy must make the"
        " connection, set UPSTREAM_PROXY.",
    ),
    TrialSentence(_kind("ca_file"), "{words} Give UPSTREAM_CA_FILE a PEM file that the server may read."),
    TrialSentence(_kind("credentials"), "{words} Enter the secret again and save."),
    TrialSentence(
        _kind("dns"),
        "{words} Check the base URL, and whether this server can resolve names outside your network;"
        " where it must go through a proxy, set UPSTREAM_PROXY.",
    ),
    TrialSentence(
        _kind("proxy"),
        "{words} It is the proxy of UPSTREAM_PROXY, {proxy}: check its address, and that it lets {host} pass.",
    ),
    TrialSentence(
        _kind("tls"),
        "{host} was reached, but not securely, so nothing was sent. {words} Where a proxy of your company opens TLS,"
        " put its certificate authority into UPSTREAM_CA_FILE; otherwise check the base URL.",
    ),
    TrialSentence(
        _kind("connect", "connect_timeout"),
        "{host} cannot be reached. {words} A firewall may stand between, or the base URL is wrong.",
    ),
    TrialSentence(
        _kind("timeout"), "{host} was reached, and did not answer within 10 seconds. {words} Try again in a moment."
    ),
    TrialSentence(_kind("cut_off"), "{host} was reached, and broke the connection off. {words} Try again in a moment."),
    TrialSentence(
        lambda exchange: is_sign_in(exchange.error_kind) and not _is_page(exchange),
        "Zuora did not accept the credentials. It said: {words} Either the {credentials} are wrong, or they belong to"
        " another environment than {environment}: Zuora answers both with the same error.{hint}",
    ),
    TrialSentence(
        _kind("user_refused"),
        "Zuora gives no token for these credentials: their user may not sign in, or was deactivated. It said: {words}",
    ),
    TrialSentence(
        lambda exchange: is_permission(exchange.error_kind) and not _is_page(exchange),
        "Zuora knows the credentials, and says that their user may not do this. It said: {words} In Zuora, give the"
        " user's role the permission API Write Access.",
    ),
    TrialSentence(_is_too_many, "Zuora says that there were too many requests. It said: {words} Try again later."),
    TrialSentence(_is_fault, "Zuora, or a gateway before it, has a fault at this moment: {words} Try again later."),
    TrialSentence(
        lambda exchange: _is_page(exchange) or exchange.error_kind in ("redirect", "token_page"),
        "Something answered at {host}, but it is not Zuora's API: {words} Check the environment or the base URL;"
        " a gateway may also stand between.",
    ),
    TrialSentence(lambda _: True, "{host} answered, and the answer is none of Zuora's: {words} Check the base URL."),
)

_CREDENTIALS = {
    Connection.Auth.OAUTH: "client ID and client secret",
    Connection.Auth.KEYS: "access key ID and secret access key",
    Connection.Auth.BASIC: "user name and password",
}


def trial_sentence(exchange: Exchange, connection: Connection, *, proxy: str) -> tuple[bool, str]:
    """Whether the connection works, and what to say of it. ``proxy`` is the URL of the settings, or ""."""
    sentence = next(sentence for sentence in TRIAL_SENTENCES if sentence.fits(exchange))
    words = stop(exchange.words) if exchange.words else ""
    text = sentence.text.format(
        name=connection.name,
        words=words,
        host=urlsplit(connection.address).hostname,
        proxy=_without_credentials(proxy),
        environment=connection.environment_name,
        credentials=_CREDENTIALS[Connection.Auth(connection.auth)],
        hint=_hint(connection),
    )
    return sentence.works, text


def _hint(connection: Connection) -> str:
    length = len(connection.client_id)
    if connection.auth != Connection.Auth.OAUTH or length == OAUTH_CLIENT_ID_LENGTH:
        return ""
    return f" The stored client ID has {length} characters; Zuora's have {OAUTH_CLIENT_ID_LENGTH}."


def _without_credentials(proxy: str) -> str:
    parts = urlsplit(proxy)
    return parts.netloc.rpartition("@")[2] or "which is not set"
