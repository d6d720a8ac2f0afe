"""A mail server that is set up."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mailing.asking import set_up
from tests.mailing.server import MailServer, mail_server


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as running:
        set_up(settings, monkeypatch, running.url)
        yield running
