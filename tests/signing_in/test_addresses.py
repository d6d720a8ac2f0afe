"""What answers below /accounts/: the addresses of the list, and no other; nothing there lets anybody register."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

WANTED = {
    "": "mfa_index",
    "login/": "account_login",
    "login/passkey/": "mfa_login_webauthn",
    "login/second-factor/": "mfa_authenticate",
    "logout/": "account_logout",
    "password/": "account_change_password",
    "sessions/": "usersessions_list",
    "again/password/": "account_reauthenticate",
    "again/code/": "mfa_reauthenticate",
    "again/passkey/": "mfa_reauthenticate_webauthn",
    "app/": "mfa_activate_totp",
    "app/remove/": "mfa_deactivate_totp",
    "passkeys/": "mfa_list_webauthn",
    "passkeys/add/": "mfa_add_webauthn",
    "passkeys/<int:pk>/remove/": "mfa_remove_webauthn",
    "recovery-codes/": "mfa_view_recovery_codes",
    "recovery-codes/new/": "mfa_generate_recovery_codes",
}
OPEN = {"login/", "login/passkey/", "login/second-factor/", "logout/"}
"""For people who are not signed in."""


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here, pattern


def test_these_and_no_others() -> None:
    everything = dict(addresses(get_resolver().url_patterns))
    ours = {
        path.removeprefix("accounts/"): one.name for path, one in everything.items() if path.startswith("accounts/")
    }
    assert ours == WANTED
    elsewhere = [path for path, one in everything.items() if "allauth" in str(one.lookup_str)]
    assert [path for path in elsewhere if not path.startswith("accounts/")] == []


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "password/reset/",
        "password/set/",
        "confirm-email/",
        "social/signup/",
        "3rdparty/",
        "inactive/",
    ],
)
def test_what_is_not_wanted_is_not_there(operator: User, path: str) -> None:
    browser = Client()
    browser.force_login(operator)
    for method in (browser.get, browser.post):
        assert method(f"/accounts/{path}").status_code == 404


@pytest.mark.django_db
def test_only_the_door_is_open_to_everybody() -> None:
    for path in WANTED:
        answer = Client().get(f"/accounts/{path.replace('<int:pk>', '1')}")
        asks = answer.headers.get("Location", "").startswith("/accounts/login/?next=/accounts/")
        assert (path, asks) == (path, path not in OPEN)
