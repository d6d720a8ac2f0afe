"""Text that is encrypted at rest and bound to its row."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class SecretUnreadable(Exception):
    """A stored secret cannot be read: another key wrote it, or it belongs to another row."""


class Sealed:
    """An encrypted secret. It shows nothing of itself, and only ``open`` reads it."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__

    def open(self, row: object) -> str:
        """The secret that was sealed for this row.

        Raises:
            SecretUnreadable: it was sealed with none of CREDENTIAL_KEYS, or for another row.
        """
        try:
            owner, _, secret = _keys().decrypt(self.token.encode()).decode().partition("\n")
        except InvalidToken as error:
            raise SecretUnreadable("CREDENTIAL_KEYS has no key that reads the stored secret.") from error
        if owner != str(row):
            raise SecretUnreadable("The stored secret belongs to another connection.")
        return secret


def seal(secret: str, row: object) -> Sealed:
    """Encrypt a secret for one row, with the newest of CREDENTIAL_KEYS."""
    return Sealed(_keys().encrypt(f"{row}\n{secret}".encode()).decode())


def is_current(token: str) -> bool:
    """Whether the newest of CREDENTIAL_KEYS encrypted it."""
    try:
        Fernet(settings.CREDENTIAL_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def renewed(token: str) -> str:
    """The same content, encrypted with the newest of CREDENTIAL_KEYS; what it is bound to stays.

    Raises:
        SecretUnreadable: it was encrypted with none of them.
    """
    try:
        return _keys().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("CREDENTIAL_KEYS has no key that reads the stored secret.") from error


def encrypted(text: str) -> str:
    """A text as a token of the newest of CREDENTIAL_KEYS, bound to no row."""
    return _keys().encrypt(text.encode()).decode()


def decrypted(token: str) -> str:
    """The text of a token.

    Raises:
        SecretUnreadable: it was encrypted with none of CREDENTIAL_KEYS.
    """
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("CREDENTIAL_KEYS has no key that reads the stored secret.") from error


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


DUMPED = "sealed:"
"""Before a token in what ``dumpdata`` writes."""


class EncryptedTextField(models.TextField):
    """A text column that holds a Fernet token; ``bound_to`` names the attribute that identifies the row.

    Assign the plain text; saving seals it. What is loaded is a ``Sealed``.
    """

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "bound_to": self.bound_to}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """A sealed secret can be asked for its absence alone."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = getattr(instance, self.attname)
        if isinstance(value, str):
            value = seal(value, getattr(instance, self.bound_to))
            setattr(instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.token
        raise TypeError("Plain text never goes to the database; assign it and save the row.")

    def value_to_string(self, obj: models.Model) -> str:
        return f"{DUMPED}{self.get_prep_value(self.value_from_object(obj))}"

    def to_python(self, value: Any) -> Any:
        """What ``dumpdata`` wrote is still sealed."""
        return Sealed(value.removeprefix(DUMPED)) if isinstance(value, str) and value.startswith(DUMPED) else value


class JSONTextField(models.TextField):
    """A JSON value kept as ASCII text, so that both databases hold whatever Zuora sent, such as ``\\u0000``."""

    _pyi_private_set_type: Any  # read by the type checker's plugin alone
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else to_json(value)

    def to_python(self, value: Any) -> Any:
        """What ``dumpdata`` wrote; no value that is kept is itself a string."""
        return json.loads(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))


def to_json(value: object) -> str:
    """One text for one value: sorted names, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
