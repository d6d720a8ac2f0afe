"""What people type to sign in, in the look and the words of our other forms."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.contrib.auth.password_validation import password_validators_help_texts


class Plain:
    """A label stands above each field; a placeholder only looks like something that was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Plain, LoginForm):
    """A name and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class PasswordForm(Plain, ChangePasswordForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())


class PasswordAgainForm(Plain, ReauthenticateForm):
    """The password, of somebody who is signed in."""


class Code(Plain):
    """A field for a code, for which phones and keyboards offer what fits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = "Code"
        field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "inputmode": "numeric"}


class CodeForm(Code, AuthenticateForm):
    """A code of the app, or a recovery code, as the second step of signing in."""


class CodeAgainForm(Code, ReauthenticateByCodeForm):
    """A code, of somebody who is signed in."""


class AppForm(Code, ActivateTOTPForm):
    """The first code of an app."""


class PasskeyForm(Plain, AddWebAuthnForm):
    """A passkey is all that one needs to sign in, so it is always one that checks its holder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        self.fields["name"].help_text = "Which of your devices it is on, for when you lose one."
        self.fields["name"].max_length = 60

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned
