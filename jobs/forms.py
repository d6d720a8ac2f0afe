"""What people type, and whether it has the right shape."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from jobs import access
from jobs.aqua import job_id as job_ids
from jobs.models import Connection


class LookUpForm(forms.Form):
    """A connection, and a job ID or a text that contains one."""

    connection = forms.ModelChoiceField(Connection.objects.none(), empty_label="Choose a connection")
    job_id = forms.CharField(
        label="Job ID",
        max_length=job_ids.MAX_PASTE,
        help_text="Paste the ID, or a Zuora URL or log line that contains it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = access.usable_connections(user)
        field = self.fields["connection"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = choices
        if choices.count() == 1:
            field.initial = choices.first()

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
    )
    ticket = forms.CharField(max_length=100, required=False, help_text="Optional: the number of a ticket or change.")
    typed_name = forms.CharField(
        label="Type the connection's name to confirm",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if connection.is_production:
            self.fields["typed_name"].help_text = f"This is production. Type: {connection.name}"
        else:
            del self.fields["typed_name"]

    def clean_typed_name(self) -> str:
        """The connection's name, letter by letter."""
        typed: str = self.cleaned_data["typed_name"]
        if typed.strip() != self.connection.name:
            raise forms.ValidationError(f"This is not the connection's name. Type: {self.connection.name}")
        return typed
