"""Where a bundle is written: a directory or a .zip, which has its name only once it is complete."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


class Target:
    """``files`` holds, of each file that was written, its SHA-256 and how many lines it has."""

    def __init__(self, path: Path, archive: zipfile.ZipFile | None) -> None:
        self.path, self.archive = path, archive
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, name: str, chunks: Iterator[bytes] | bytes, *, are_lines: bool = False) -> None:
        """Write a file; ``are_lines`` where each chunk is one."""
        whole, count = hashlib.sha256(), 0
        with self._open(name) as file:
            for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
                file.write(chunk)
                whole.update(chunk)
                count += 1
        self.files[name] = {"lines": count} if are_lines else {}
        self.files[name]["sha256"] = whole.hexdigest()

    def _open(self, name: str) -> IO[bytes]:
        if self.archive:
            return self.archive.open(name, "w", force_zip64=True)
        return (self.path / name).open("xb")


@contextmanager
def new(path: Path) -> Iterator[Target]:
    """A target to write to, which only its owner may read; gone again where writing it fails.

    Raises:
        FileExistsError: there is something of this name.
        OSError: it cannot be written.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists already.")
    part = path.with_name(f".{path.name}.part")
    try:
        if path.suffix == ".zip":
            part.touch(mode=0o600, exist_ok=False)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                yield Target(part, archive)
        else:
            part.mkdir(mode=0o700)
            yield Target(part, None)
        part.rename(path)
    except BaseException:
        shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
        raise
