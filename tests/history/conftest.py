"""A past of some hundred rows."""

import pytest
from django.contrib.auth.models import Group, User

from jobs.models import Connection, Role, TeamAccess
from tests.history import planting


@pytest.fixture
def past(transactional_db: None) -> list[Connection]:
    """240 cancellations on 4 connections by 6 people; ``north`` sees C1."""
    where = planting.connections(4)
    planting.plant(240, where, planting.people(6))
    TeamAccess.objects.create(team=Group.objects.get(name="north"), connection=where[1], role=Role.VIEWER)
    return where


@pytest.fixture
def northerner(past: list[Connection]) -> User:
    return User.objects.get(username="person-0")
