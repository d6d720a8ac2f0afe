"""The form of a connection; its secret can be written and never read."""

from typing import Any

from django import forms

from jobs.aqua.environments import CUSTOM, ENVIRONMENTS, rest_base_of, tidy_base_url
from jobs.connections import address_rules
from jobs.models import Connection


class ConnectionForm(forms.ModelForm):
    """Shapes and addresses; that the credentials work is what Test connection says."""

    new_secret = forms.CharField(
        label="Secret",
        required=False,
        strip=False,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="OAuth: the client secret. Key pair: the secret access key. Basic: the password."
        " It is stored encrypted and never shown again.",
    )

    class Meta:
        model = Connection
        fields = (
            "name",
            "tenant",
            "environment",
            "base_url",
            "is_production",
            "is_active",
            "auth",
            "client_id",
            "cancel_method",
            "confirm_minutes",
            "entity_ids",
            "org_ids",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            help_text = self.fields["new_secret"].help_text
            self.fields["new_secret"].help_text = f"Leave empty to keep the stored one. {help_text}"

    def clean_new_secret(self) -> str:
        """Needed once."""
        secret: str = self.cleaned_data["new_secret"]
        if not secret and not self.instance.pk:
            raise forms.ValidationError("A new connection needs its secret.")
        return secret

    def clean(self) -> dict[str, Any]:
        """A custom base URL stands with the custom environment, and only there."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("environment") == CUSTOM:
            self._clean_custom(cleaned)
        elif cleaned.get("base_url"):
            self.add_error("base_url", "Leave this empty, or choose the environment “Custom base URL”.")
        self._clean_production(cleaned)
        self._clean_secret(cleaned)
        return cleaned

    def _clean_secret(self, cleaned: dict[str, Any]) -> None:
        """A stored secret goes to no other environment, and is used for no other sign-in."""
        if not self.instance.pk or cleaned.get("new_secret"):
            return
        stored = Connection.objects.get(pk=self.instance.pk)
        now = (_rest_base(cleaned), cleaned.get("auth"))
        if now != (stored.rest_base, stored.auth):
            words = (
                "Enter the secret again: the stored one belongs to the environment and sign-in that were chosen before."
            )
            self.add_error("new_secret", words)

    def _clean_production(self, cleaned: dict[str, Any]) -> None:
        rest_base = _rest_base(cleaned)
        for known in ENVIRONMENTS.values():
            if known.rest_base == rest_base and known.is_production and not cleaned.get("is_production"):
                self.add_error("is_production", f"{known.name} is production, and must be marked as such.")
                return

    def _clean_custom(self, cleaned: dict[str, Any]) -> None:
        try:
            cleaned["base_url"] = tidy_base_url(cleaned.get("base_url", ""))
        except ValueError as error:
            self.add_error("base_url", str(error))
            return
        if objection := address_rules().objection(cleaned["base_url"]):
            self.add_error("base_url", objection)

    def save(self, commit: bool = True) -> Connection:
        if secret := self.cleaned_data["new_secret"]:
            self.instance.secret = secret
        connection: Connection = super().save(commit)
        return connection


def _rest_base(cleaned: dict[str, Any]) -> str:
    chosen = ENVIRONMENTS.get(cleaned.get("environment", ""))
    return chosen.rest_base if chosen else rest_base_of(cleaned.get("base_url") or "")
