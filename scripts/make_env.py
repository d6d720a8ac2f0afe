"""Write ``.env`` with fresh keys; add what an existing one lacks, and change nothing in it."""

import base64
import os
import secrets
from pathlib import Path

ENV = Path(os.environ.get("ENV_FILE") or Path(__file__).resolve().parent.parent / ".env")
MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "CREDENTIAL_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
}


def main() -> None:
    """Append the missing ones, in a file that only its owner can read."""
    text = ENV.read_text() if ENV.exists() else ""
    names = {line.split("=", 1)[0].removeprefix("export ").strip() for line in text.splitlines() if "=" in line}
    missing = [name for name in MAKERS if name not in names and f"{name}_FILE" not in names]
    if not missing:
        return
    added = "".join(f"{name}={MAKERS[name]()}\n" for name in missing)
    with os.fdopen(os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(("\n" if text and not text.endswith("\n") else "") + added)
    print(f"{ENV.name}: made {', '.join(missing)}")


if __name__ == "__main__":
    main()
