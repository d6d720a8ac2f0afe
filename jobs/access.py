"""Who may do what: the one rule behind every door.

A team (a Django group) has a role on a connection. Administrators (superusers) see everything
and manage connections, and may cancel only through a team, like everyone. Auditors (the
permission ``jobs.audit``, given, not implied) see everything and do nothing, also where they
are in a team.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection as database
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.models import Cancellation, Connection, Entry, Exchange, JobSnapshot, Role


def person(request: HttpRequest) -> User:
    """Who is signed in.

    Raises:
        PermissionDenied: nobody is.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


_STANDING = """
SELECT a.connection_id, max(a.role), max(CASE WHEN a.break_glass THEN 1 ELSE 0 END) FROM jobs_teamaccess a
JOIN auth_user_groups g ON g.group_id = a.team_id WHERE g.user_id = %s GROUP BY a.connection_id
UNION ALL
SELECT NULL, 0, 0 FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
WHERE t.app_label = 'jobs' AND p.codename = 'audit' AND (
    EXISTS (SELECT 1 FROM auth_user_user_permissions u WHERE u.permission_id = p.id AND u.user_id = %s)
    OR EXISTS (SELECT 1 FROM auth_group_permissions q JOIN auth_user_groups h ON h.group_id = q.group_id
               WHERE q.permission_id = p.id AND h.user_id = %s))
"""


@dataclass(frozen=True)
class _Standing:
    audits: bool
    roles: dict[int, Role]
    break_glass: set[int]


def _standing(user: User) -> _Standing:
    """Whether a person audits, and by a connection's key their role and break-glass: one query.

    Asked once for each object that stands for a person, so once in a request.
    """
    if "standing" not in user.__dict__:
        with database.cursor() as cursor:
            cursor.execute(_STANDING, [user.pk] * 3)
            rows = cursor.fetchall()
        roles = {connection: Role(role) for connection, role, _ in rows if connection is not None}
        glass = {connection for connection, _, may in rows if may}
        user.__dict__["standing"] = _Standing(len(roles) < len(rows), roles, glass)
    standing: _Standing = user.__dict__["standing"]
    return standing


def is_auditor(user: User) -> bool:
    """Holds the audit permission; being a superuser does not make an auditor."""
    return user.is_active and not user.is_superuser and _standing(user).audits


def sees_everything(user: User) -> bool:
    """Administrators and auditors."""
    return user.is_active and (user.is_superuser or is_auditor(user))


def roles_of(user: User) -> dict[int, Role]:
    """The highest role that this person's teams give them on each connection, by its key."""
    return _standing(user).roles if user.is_active else {}


def may_see(user: User, connection: Connection) -> bool:
    """See the jobs of this connection, whether it is active or not."""
    return sees_everything(user) or role_on(user, connection) is not None


def visible_connections(user: User) -> QuerySet[Connection]:
    """The connections whose jobs this person may see, inactive ones included."""
    return Connection.objects.all() if sees_everything(user) else Connection.objects.filter(pk__in=roles_of(user))


def usable_connections(user: User, role: Role = Role.VIEWER) -> QuerySet[Connection]:
    """The active connections on which this person's teams give them at least this role."""
    if is_auditor(user):
        return Connection.objects.none()
    enough = [connection for connection, given in roles_of(user).items() if given >= role]
    return Connection.objects.filter(is_active=True, pk__in=enough)


def role_on(user: User, connection: Connection) -> Role | None:
    """The highest role that this person's teams have on a connection."""
    return roles_of(user).get(connection.pk)


def _may(user: User, connection: Connection, least: Role) -> bool:
    role = role_on(user, connection)
    return connection.is_active and role is not None and role >= least and not is_auditor(user)


def may_look_up(user: User, connection: Connection) -> bool:
    """Ask Zuora about a job on this connection."""
    return _may(user, connection, Role.VIEWER)


def may_cancel(user: User, connection: Connection) -> bool:
    """Cancel a job on this connection."""
    return _may(user, connection, Role.OPERATOR)


def may_approve(user: User, connection: Connection) -> bool:
    """Decide on cancels of others on this connection."""
    return _may(user, connection, Role.APPROVER)


def may_break_glass(user: User, connection: Connection) -> bool:
    """Send a cancel that waits for approval alone, on this connection."""
    return may_cancel(user, connection) and connection.pk in _standing(user).break_glass


def afresh(user: User) -> User | None:
    """The same person with the rights of this moment; None where there is no such account any more."""
    return User.objects.filter(pk=user.pk).first()


def may_manage(user: User) -> bool:
    """Add, change and test connections, and give teams access."""
    return user.is_active and user.is_superuser


def visible_cancellations(user: User) -> QuerySet[Cancellation]:
    """The cancellations on the connections that this person may see."""
    rows = Cancellation.objects.select_related("connection")
    return rows if sees_everything(user) else rows.filter(connection__in=roles_of(user))


def visible_exchanges(user: User) -> QuerySet[Exchange]:
    """The exchanges on the connections that this person may see."""
    rows = Exchange.objects.select_related("connection")
    return rows if sees_everything(user) else rows.filter(connection__in=roles_of(user))


def visible_snapshots(user: User) -> QuerySet[JobSnapshot]:
    """The snapshots on the connections that this person may see."""
    rows = JobSnapshot.objects.select_related("connection")
    return rows if sees_everything(user) else rows.filter(connection__in=roles_of(user))


def visible_entries(user: User) -> QuerySet[Entry]:
    """The ledger's entries on the connections that this person may see; what concerns none, only to who sees all."""
    rows = Entry.objects.all()
    return rows if sees_everything(user) else rows.filter(connection__in=roles_of(user))


def visible_people(user: User) -> QuerySet[User]:
    """Those of whom this person may see what they did: everybody, or who is in a team on one of the connections."""
    people = User.objects.order_by("username")
    if sees_everything(user):
        return people
    return people.filter(groups__access__connection__in=roles_of(user)).distinct()
