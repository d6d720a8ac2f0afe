"""What people type to sign in, in the look and the words of our other forms."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms


def without_placeholders(form: forms.Form) -> None:
    """A label stands above each field; a placeholder only looks like something that was typed."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    """A name and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
