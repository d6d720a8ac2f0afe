"""The verifier that lies in every bundle as one file, ``verify.py``: Python's standard library alone, 3.9 and later.

That file is the modules of ``PARTS`` one after the other, without the lines in which they import one another.
"""

import re
from pathlib import Path

PARTS = ("usage.py", "ed25519.py", "files.py", "recorded.py", "chain.py", "command.py")


_OWN_IMPORT = re.compile(r"^from jobs\.\S+ import (\([^)]*\)|[^(\n]*)\n", re.MULTILINE)


def single_file() -> str:
    """The text of ``verify.py``."""
    parts = [(Path(__file__).parent / name).read_text() for name in PARTS]
    return _OWN_IMPORT.sub("", "\n\n".join(parts))
