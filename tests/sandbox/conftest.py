from collections.abc import Callable

import pytest
import requests

from jobs.sandbox import Sandbox


@pytest.fixture
def ask(sandbox: Sandbox) -> Callable[..., requests.Response]:
    """Ask it something, signed in with the key pair."""
    key, secret = sandbox.describe()["keys"].values()

    def send(method: str, path: str, at: str = "", **more: object) -> requests.Response:
        headers = {"apiAccessKeyId": key, "apiSecretAccessKey": secret, **more.pop("headers", {})}  # type: ignore[dict-item]
        return requests.request(method, (at or sandbox.url) + path, headers=headers, timeout=10, **more)  # type: ignore[arg-type]

    return send
