"""Every notice through the door where it is said: with its evidence, and with nothing sent."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from jobs import connections
from jobs.models import Cancellation, Connection, Exchange, Role, TeamAccess
from jobs.sandbox import Sandbox
from jobs.sentences import notices
from jobs.sentences.notices import NOTICES, Notice
from tests.behind import behind_their_back
from tests.flow import at_the_deadline, cancel, look_up
from tests.process import ROOT


class Scene:
    """Somebody before a look-up of theirs, and what happens meanwhile."""

    def __init__(self, user: User, lookup: Exchange, sandbox: Sandbox, make: dict[str, Callable]) -> None:
        self.user, self.lookup, self.sandbox, self.make = user, lookup, sandbox, make
        self.address = f"/lookups/{lookup.pk}/cancel"
        self.sent = 0

    def not_allowed(self) -> None:
        TeamAccess.objects.update(role=Role.VIEWER)

    def nothing_to_cancel(self) -> None:
        ended = look_up(self.user, self.lookup.connection, self.sandbox.jobs["already completed"])
        self.address = f"/lookups/{ended.pk}/cancel"

    def too_old(self) -> None:
        with behind_their_back(Exchange):
            Exchange.objects.update(at=timezone.now() - timedelta(minutes=6))

    def changed_since(self) -> None:
        moved = self.lookup.connection
        moved.base_url = f"{self.sandbox.url}/apps"
        connections.save_connection(moved)

    def asked_by_this_team(self) -> None:
        cancel(self.user, self.lookup)
        self.sent = 1

    def asked_by_another_team(self) -> None:
        twin = self.make["connection"]("Twin", auth="keys")
        other = self.make["person"]("other", Role.OPERATOR, twin)
        cancel(other, look_up(other, twin, self.lookup.job_id))
        self.sent = 1

    def settled_by_another_team(self) -> None:
        self.asked_by_another_team()
        self.sandbox.set_status(self.lookup.job_id, "completed")
        at_the_deadline(Cancellation.objects.get())

    def being_asked(self) -> None:
        self.asked_by_this_team()
        Cancellation.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
        self.address = f"{Cancellation.objects.get().get_absolute_url()}check"

    def may_only_see(self) -> None:
        self.being_asked()
        Connection.objects.update(is_active=False)


SCENES: dict[Notice, Callable[[Scene], object]] = {
    notices.NOT_ALLOWED: Scene.not_allowed,
    notices.NOTHING_TO_CANCEL: Scene.nothing_to_cancel,
    notices.TOO_OLD: Scene.too_old,
    notices.CHANGED_SINCE: Scene.changed_since,
    notices.READ_AGAIN: Scene.too_old,
    notices.NOT_WRITTEN: str,  # nothing but the full disk
    notices.THIS_IS_IT: Scene.asked_by_this_team,
    notices.OPEN_ELSEWHERE: Scene.asked_by_another_team,
    notices.ASKED_ELSEWHERE: Scene.settled_by_another_team,
    notices.BEING_ASKED: Scene.being_asked,
    notices.MAY_ONLY_SEE: Scene.may_only_see,
}


@pytest.fixture
def full_disk(request: pytest.FixtureRequest) -> Iterator[None]:
    """For the one notice that needs it: no cancellation can be written."""
    if request.node.callspec.params["notice"] is not notices.NOT_WRITTEN:
        yield
        return

    def refuse(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith('INSERT INTO "jobs_cancellation"'):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with database.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.text[:30])
def test_it_is_said_with_its_evidence_and_nothing_is_sent(
    notice: Notice,
    operator: User,
    connection: Connection,
    sandbox: Sandbox,
    door: Callable[[User], Client],
    make_connection: Callable[..., Connection],
    make_person: Callable[..., User],
    full_disk: None,
) -> None:
    lookup = look_up(operator, connection, sandbox.submit())
    scene = Scene(operator, lookup, sandbox, {"connection": make_connection, "person": make_person})
    browser = door(operator)
    without = browser.get(f"/lookups/{lookup.pk}/").content.decode()
    SCENES[notice](scene)
    page = browser.post(scene.address, {"reason": "it hangs"}, follow=True).content.decode()
    assert notice.text not in without
    assert notice.text in page
    assert len(sandbox.seen("DELETE", "")) == scene.sent
    assert notice.sends_nothing


def test_every_notice_says_that_nothing_was_sent_or_says_nothing_of_the_job() -> None:
    about_the_job = [notice for notice in NOTICES if "cancel" in notice.text.lower() or "sent" in notice.text]
    assert [notice.text for notice in about_the_job if "othing" not in notice.text] == []


def test_no_page_speaks_of_the_job_past_the_tables() -> None:
    """Outside the error pages, which say the same of every request, templates hold labels and no claims."""
    claims = re.compile(
        r"[^<>{}]*\b(?:was sent|is sent|were sent|cannot be undone|files? stay|never start)[^<>{}]*", re.IGNORECASE
    )
    pages = [path for path in (ROOT / "templates").rglob("*.html") if not path.stem[:3].isdigit()]
    found = {path.name: claims.findall(path.read_text()) for path in pages if claims.search(path.read_text())}
    assert found == {}
