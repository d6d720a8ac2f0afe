"""What a password may not be made of, besides Django's own rules."""

import re
from typing import Any

from django.core.exceptions import ValidationError

WORDS = ("aquaadmin", "aqua", "zuora", "billing", "cancel", "tenant", "operator", "auditor", "admin", "password")
"""What anybody who knows where they are would try first, in any mixture."""
ENOUGH = 8
"""Signs that must remain without them."""


class NotOurWords:
    """A password does not consist of the product's words."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` where too little remains once the words are taken away."""
        if len(re.sub("|".join(WORDS), "", password.lower())) < ENOUGH <= len(password):
            raise ValidationError(self.get_help_text(), code="our_words")

    def get_help_text(self) -> str:
        """What to do."""
        return "Your password can’t consist of words like aquaadmin, zuora, billing or cancel."
