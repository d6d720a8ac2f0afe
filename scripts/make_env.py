"""Write ``.env`` with fresh keys; add what an existing one lacks, and change nothing else in it."""

import base64
import os
import secrets
from pathlib import Path

ENV = Path(os.environ.get("ENV_FILE") or Path(__file__).resolve().parent.parent / ".env")
MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "CREDENTIAL_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "LEDGER_SIGNING_KEY": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
}


def main() -> None:
    """Fill what is empty and append what is missing, in a file that only its owner can read."""
    lines = ENV.read_text().splitlines() if ENV.exists() else []
    values = dict(pair for line in lines if (pair := _pair(line)))
    missing = [name for name in MAKERS if not values.get(name) and not values.get(f"{name}_FILE")]
    if not missing:
        return
    kept = [line for line in lines if (pair := _pair(line)) is None or pair[0] not in missing]
    text = "".join(f"{line}\n" for line in [*kept, *(f"{name}={MAKERS[name]()}" for name in missing)])
    if ENV.exists():
        ENV.chmod(0o600)
    with os.fdopen(os.open(ENV, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    print(f"{ENV.name}: made {', '.join(missing)}")


def _pair(line: str) -> tuple[str, str] | None:
    name, is_one, value = line.removeprefix("export ").partition("=")
    return (name.strip(), value.strip()) if is_one else None


if __name__ == "__main__":
    main()
