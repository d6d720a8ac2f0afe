"""The sandbox's three sign-ins, checked for real. Its credentials are public and open nothing else."""

import base64
import binascii
import hmac
import secrets
import threading
from urllib.parse import parse_qs

from jobs.sandbox.answers import Reply, problem

OAUTH = {"client_id": "5a4d0b0c-7e57-4a11-8000-aa0a5a4db0c5", "client_secret": "sandbox-client-secret"}
KEYS = {"access_key_id": "5a4d0b0c-7e57-4a11-8000-acce55ed0001", "secret_access_key": "sandbox-secret-access-key"}
BASIC = {"username": "api.user@sandbox.example", "password": "sandbox-password"}

TOKEN_SECONDS = 3599


class SignIn:
    """Gives tokens, and says who may in. ``now`` is the sandbox's clock in seconds."""

    def __init__(self) -> None:
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()

    def token(self, form: bytes, headers: dict[str, str], now: float) -> Reply:
        """The answer to ``POST /oauth/token``; the client stands in the form, or in a Basic header (RFC 6749)."""
        fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and (pair := _basic(value)):
            fields |= {"client_id": pair["username"] or "", "client_secret": pair["password"] or ""}
        if fields.get("grant_type") != "client_credentials":
            return Reply(400, {"error": "unsupported_grant_type", "message": "grant_type must be client_credentials"})
        if not _same(fields, OAUTH):
            return Reply(400, {"reason": "Invalid client id", "message": "Invalid client id"})
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens[token] = now + TOKEN_SECONDS
        return Reply(
            200,
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": TOKEN_SECONDS,
                "scope": "entity.sandbox user.sandbox platform.write",
                "jti": token,
            },
        )

    def forget_tokens(self) -> None:
        """From now on every token that was given is answered with 401."""
        with self._lock:
            self._tokens.clear()

    def objection(self, headers: dict[str, str], now: float) -> Reply | None:
        """The 401 for a request that is not signed in; None for one that is."""
        if self._is_signed_in(headers, now):
            return None
        return problem(401, message="Authentication error")

    def _is_signed_in(self, headers: dict[str, str], now: float) -> bool:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with self._lock:
                return self._tokens.get(value, -1.0) > now
        if scheme.lower() == "basic":
            return _same(_basic(value), BASIC)
        pair = {"access_key_id": headers.get("apiaccesskeyid"), "secret_access_key": headers.get("apisecretaccesskey")}
        return _same(pair, KEYS)


def _basic(value: str) -> dict[str, str | None]:
    try:
        username, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"username": username, "password": password}


def _same(given: dict[str, str | None] | dict[str, str], wanted: dict[str, str]) -> bool:
    return all(hmac.compare_digest((given.get(name) or "").encode(), value.encode()) for name, value in wanted.items())
