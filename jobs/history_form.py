"""What a list of the past can be narrowed to, as a form in an address."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import Group, User

from jobs import access
from jobs.aqua.environments import ENVIRONMENTS
from jobs.history import CANCELLATIONS, EXCHANGES, Filter, Place
from jobs.models import Cause, Connection, State
from jobs.models.exchange import Outcome

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
_ANY = ("", "any")
_ENVIRONMENTS = [
    _ANY,
    ("production", "production"),
    ("sandbox", "sandbox and test"),
    *((slug, known.name) for slug, known in ENVIRONMENTS.items()),
    ("custom", "custom base URL"),
]


class Day(forms.DateField):
    """A day in UTC, as the browser's own calendar gives it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = "Enter a day as 2026-03-31."

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError("Enter a day between 2000 and 2999.")
        return day


class HistoryForm(forms.Form):
    """Everything is optional, and everything holds together."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=4000,
        help_text="An ID of any kind (job, batch, file, request, cancellation), or words of the reason, a person, a"
        " ticket, a job's name, an object queried. inv* finds all that begins so.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    connection = forms.ModelChoiceField(Connection.objects.none(), required=False, empty_label="any")
    environment = forms.ChoiceField(choices=_ENVIRONMENTS, required=False)
    outcome = forms.ChoiceField(choices=[], required=False)
    cause = forms.ChoiceField(label="Why Zuora was asked", choices=[_ANY, *Cause.choices], required=False)
    person = forms.CharField(max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    team = forms.ModelChoiceField(
        Group.objects.none(), required=False, empty_label="any", help_text="Asked for by those who are in it today."
    )
    since = Day(label="From")
    until = Day(label="To")
    day = Day(label="Jump to", help_text="The list begins with the end of this day.")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.show = data.get("show", CANCELLATIONS) if data.get("show") == EXCHANGES else CANCELLATIONS
        self._choose("connection", access.visible_connections(user))
        everybody = Group.objects.order_by("name")
        self._choose("team", everybody if access.sees_everything(user) else everybody.filter(user=user))
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)  # noqa: S101
        outcome.choices = [_ANY, *(Outcome.choices if self.show == EXCHANGES else State.choices)]
        if self.show == CANCELLATIONS:
            del self.fields["cause"]

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = rows

    def filter(self) -> Filter:
        """What was asked for, of a form that is valid."""
        given = self.cleaned_data
        connection, team = given["connection"], given["team"]
        return Filter(
            show=self.show,
            q=given["q"].strip(),
            connection=connection.pk if connection else None,
            environment=given["environment"],
            outcome=given["outcome"],
            cause=given.get("cause", ""),
            person=given["person"].strip(),
            team=team.pk if team else None,
            since=given["since"],
            until=given["until"],
        )

    def place(self) -> Place:
        """Where in the list the page begins."""
        before, after = _key(self.data.get("before")), _key(self.data.get("after"))
        if before is not None or after is not None:
            return Place(before=before, after=after)
        return Place(day=self.cleaned_data["day"])


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
