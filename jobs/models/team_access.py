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

    break_glass = models.BooleanField(
        "break-glass",
        default=False,
        help_text="Where a cancel needs approval, people of this team may send it alone in an emergency, with a long"
        " reason. It is marked everywhere. For operators and approvers.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "team access"
        constraints = (
            models.UniqueConstraint(fields=("team", "connection"), name="one_role_per_team"),
            models.CheckConstraint(
                condition=models.Q(break_glass=False) | models.Q(role__gte=Role.OPERATOR),
                name="break_glass_needs_operator",
                violation_error_message="Break-glass is for operators and approvers: choose another role.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team}: {self.get_role_display()} on {self.connection}"
