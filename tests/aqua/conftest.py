from collections.abc import Callable

import pytest

from jobs.aqua import AquaClient
from jobs.aqua.addresses import AddressRules
from jobs.aqua.auth import Basic, HeaderPair, OAuth, SignIn
from jobs.aqua.transport import Transport
from jobs.sandbox import Sandbox

LOOPBACK = AddressRules(allow_loopback=True)


@pytest.fixture
def make_client(sandbox: Sandbox) -> Callable[..., AquaClient]:
    def make(auth: str = "keys", base_url: str = "", **fields: object) -> AquaClient:
        values = list(sandbox.describe()[auth].values())
        sign_ins: dict[str, Callable[[], SignIn]] = {
            "oauth": lambda: OAuth(f"{sandbox.url}/oauth/token", *values),
            "keys": lambda: HeaderPair(*values),
            "basic": lambda: Basic(*values),
        }
        return AquaClient(
            **{
                "base_url": base_url or sandbox.url,
                "sign_in": sign_ins[auth](),
                "transport": Transport(rules=LOOPBACK),
                **fields,
            }
        )

    return make


@pytest.fixture
def client(make_client: Callable[..., AquaClient]) -> AquaClient:
    return make_client()
