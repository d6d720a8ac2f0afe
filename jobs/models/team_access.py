"""What one team may do on one connection."""

from django.contrib.auth.models import Group
from django.db import models

from jobs.models.connection import Connection


class Role(models.IntegerChoices):
    """Each role may also do what the ones before it may."""

    VIEWER = 10, "viewer"
    OPERATOR = 20, "operator"
    APPROVER = 30, "approver"


class TeamAccess(models.Model):
    """A team (a Django group) has one role on a connection."""

    team = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="access")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="access")
    role = models.PositiveSmallIntegerField(choices=Role, default=Role.VIEWER)

    class Meta:
        verbose_name = verbose_name_plural = "team access"
        constraints = (models.UniqueConstraint(fields=("team", "connection"), name="one_role_per_team"),)

    def __str__(self) -> str:
        return f"{self.team}: {self.get_role_display()} on {self.connection}"
