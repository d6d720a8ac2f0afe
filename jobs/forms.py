"""What people type, and whether it has the right shape."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.forms.models import ModelChoiceIterator

from jobs import access
from jobs.aqua import job_id as job_ids
from jobs.models import Connection


class ConnectionChoices(ModelChoiceIterator):
    """The connections under two headings: production, and the rest."""

    def __iter__(self) -> Iterator[Any]:
        yield "", "Choose a connection"
        rows = sorted(self.queryset, key=lambda connection: (connection.is_production, connection.name))
        for kind, connections in groupby(rows, key=lambda connection: connection.kind):
            yield kind, [self.choice(connection) for connection in connections]


class ConnectionField(forms.ModelChoiceField):
    """One of the connections that a person may use."""

    iterator = ConnectionChoices


class LookUpForm(forms.Form):
    """A connection, and a job ID or a text that contains one."""

    connection = ConnectionField(
        Connection.objects.none(),
        error_messages={
            "required": "Choose the connection on which the job runs.",
            "invalid_choice": "There is no such connection among those that you may use. Choose one of the list.",
        },
    )
    job_id = forms.CharField(
        label="Job ID",
        error_messages={"required": "Enter the ID of the job, or paste a URL or log line that contains it."},
        help_text="Paste the ID, or a Zuora URL or log line that contains it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = access.usable_connections(user)
        field = self.fields["connection"]
        assert isinstance(field, ConnectionField)  # noqa: S101
        field.queryset = choices
        if len(choices) == 1:
            field.initial = choices[0]

    def connection_of_others(self) -> Connection | None:
        """The connection that was sent, where there is one, and it is none of those that may be chosen."""
        sent = self.data.get("connection", "")
        if "connection" in self.cleaned_data or not (sent.isascii() and sent.isdigit() and len(sent) < 19):
            return None
        return Connection.objects.filter(pk=sent).first()

    def clean_job_id(self) -> str:
        """The one ID in what was pasted."""
        try:
            return job_ids.find(self.cleaned_data["job_id"])
        except job_ids.NoJobID as error:
            raise forms.ValidationError(str(error)) from error


class CancelForm(forms.Form):
    """Why, for which ticket, and on production the connection's name, typed."""

    reason = forms.CharField(
        max_length=1024,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands in the audit for ever. Say why, for a reader who was not there.",
        error_messages={"required": "Say why this job is to be cancelled."},
    )
    ticket = forms.CharField(max_length=100, required=False, help_text="The number of a ticket or change.")
    notify = forms.EmailField(
        label="Tell the owner by e-mail",
        max_length=254,
        required=False,
        help_text="Whoever waits for this job learns by e-mail what became of it.",
        error_messages={"invalid": "Enter one e-mail address, such as owner@example.com, or leave it empty."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    typed_name = forms.CharField(
        label="Type the connection's name to confirm",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": "Type the connection's name, so that no production job is cancelled by mistake."},
    )

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if not settings.MAIL_FROM:
            del self.fields["notify"]
        if connection.is_production:
            self.fields["typed_name"].help_text = f"This is production. Type: {connection.name}"
        else:
            del self.fields["typed_name"]

    def clean_notify(self) -> str:
        """An address of a domain that may be written to."""
        address: str = self.cleaned_data["notify"]
        domains = settings.MAIL_DOMAINS
        if address and domains and address.rpartition("@")[2].lower() not in domains:
            raise forms.ValidationError(f"E-mails go to addresses at {' or '.join(domains)} alone.")
        return address

    def what_and_why(self) -> dict[str, Any]:
        """What goes into the audit as it was typed."""
        return {name: self.cleaned_data.get(name, "") for name in ("reason", "ticket", "notify")}

    def clean_typed_name(self) -> str:
        """The connection's name, letter by letter."""
        typed: str = self.cleaned_data["typed_name"]
        if typed.strip() != self.connection.name:
            raise forms.ValidationError(f"This is not the connection's name. Type: {self.connection.name}")
        return typed
