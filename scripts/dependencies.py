"""What aquaadmin stands on:  scripts/dependencies.py licences | sbom

``licences`` fails where a dependency's licence is neither permissive nor weak copyleft, or not known. ``sbom`` prints a
CycloneDX document, the same for the same requirements. Both read what is pinned and installed, and ask no network.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
    *("PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
}
WEAK_COPYLEFT = {
    *("EPL-2.0", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"),
}
SAME = {"Apache 2.0": "Apache-2.0"}
"""Other spellings of an identifier, where they can mean nothing else."""
VENDORED = {
    "jobs/static/jobs/vendor/htmx.min.js": ("htmx.org", "0BSD", r'version:"([0-9.]+)"', "required"),
    "tests/browser/vendor/axe.min.js": ("axe-core", "MPL-2.0", r"axe v([0-9.]+)", "excluded"),
}


@dataclass(frozen=True)
class Component:
    """One dependency; ``licence`` is an SPDX expression, or "" where nobody knows it. ``scope`` is CycloneDX's."""

    kind: str
    name: str
    version: str
    licence: str
    scope: str
    needs: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def purl(self) -> str:
        name = self.name.replace("@", "%40")
        return f"pkg:{self.kind}/{name}@{self.version}"


def components(root: Path) -> list[Component]:
    """Python's, npm's and what is in the repository itself, each once."""
    return [*_python(root), *_npm(root), *_vendored(root)]


def _python(root: Path) -> Iterator[Component]:
    reviewed, asked = _reviewed(root), _asked(root)
    run, dev = (_pinned(root / "requirements" / f"{name}.txt") for name in ("run", "dev"))
    everything = dev | run
    for name, version in sorted(everything.items()):
        licence, needed = reviewed.get(f"{name}=={version}", ""), set[str]()
        found = next(iter(metadata.distributions(name=name)), None)
        if found and found.version == version:  # the others are of another operating system
            licence = licence or _declared(found.metadata)
            needed = _needed(found, asked.get(name, set())) & everything.keys()
        purls = tuple(f"pkg:pypi/{other}@{everything[other]}" for other in sorted(needed))
        yield Component("pypi", name, version, licence, "required" if name in run else "excluded", purls)


def _asked(root: Path) -> dict[str, set[str]]:
    """What pyproject.toml asks for, each with its extras."""
    about = tomllib.loads((root / "pyproject.toml").read_text())
    lines = about["project"]["dependencies"] + about["dependency-groups"]["dev"]
    return {_plain(one.name): one.extras for one in map(Requirement, lines)}


def _pinned(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\\n]+)", file.read_text(), re.MULTILINE))


def _reviewed(root: Path) -> dict[str, str]:
    rows = (line for line in (root / "scripts/reviewed_licences.txt").read_text().splitlines() if line[:1] not in "#")
    return {row[0]: row[1] for row in (re.split(r"  +", re.sub(r"(==\S+) ", r"\1  ", line)) for line in rows)}


def _declared(about: Any) -> str:
    """What the package itself says, where it says it in SPDX's words."""
    said = about.get("License-Expression") or about.get("License") or ""
    said = SAME.get(said, said)
    return said if is_known(said) else ""


def _needed(found: metadata.Distribution, extras: set[str]) -> set[str]:
    needed = [Requirement(line) for line in found.requires or ()]
    cases = [{"extra": extra} for extra in ("", *extras)]
    return {_plain(one.name) for one in needed if one.marker is None or any(map(one.marker.evaluate, cases))}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _npm(root: Path) -> Iterator[Component]:
    for file in sorted(root.glob("tests/**/package-lock.json")):
        if "node_modules" in file.parts:
            continue
        for path, package in sorted(json.loads(file.read_text())["packages"].items()):
            if path:
                name = path.rpartition("node_modules/")[2]
                yield Component("npm", name, package["version"], str(package.get("license", "")), "excluded")


def _vendored(root: Path) -> Iterator[Component]:
    for path, (name, licence, version, scope) in VENDORED.items():
        content = (root / path).read_bytes()
        found = re.search(version, content.decode())
        digest = hashlib.sha256(content).hexdigest()
        yield Component("npm", name, found[1] if found else "", licence, scope, sha256=digest)


def _terms(expression: str) -> list[list[str]]:
    """An expression of SPDX as alternatives of licences that hold together."""
    inner = expression.removeprefix("(").removesuffix(")") if expression[:1] == "(" else expression
    return [[term.strip() for term in one.split(" AND ")] for one in inner.split(" OR ")]


def is_known(expression: str) -> bool:
    """Whether each term is one identifier as SPDX writes them."""
    return all(re.fullmatch(r"[A-Za-z0-9.]+(-[A-Za-z0-9.]+)*", term) for one in _terms(expression) for term in one)


def is_fine(expression: str) -> bool:
    """Whether one alternative is permissive or weak copyleft throughout."""
    return any(all(term in PERMISSIVE | WEAK_COPYLEFT for term in one) for one in _terms(expression))


def check_licences(root: Path) -> list[str]:
    """A sentence for each dependency whose licence is not fine, and for each review that nobody needs."""
    found = components(root)
    wrong = [f"{one.purl}: {one.licence or 'not known'}" for one in found if not is_fine(one.licence)]
    pinned = {f"{one.name}=={one.version}" for one in found}
    return [*wrong, *(f"{name} was reviewed and is not pinned" for name in _reviewed(root) if name not in pinned)]


def sbom(root: Path) -> dict[str, Any]:
    """CycloneDX 1.6. No time and no random number, so that equal requirements give equal documents."""
    found = sorted({one.purl: one for one in components(root)}.values(), key=lambda one: one.purl)
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    ours: dict[str, Any] = {"type": "application", "bom-ref": "aquaadmin", "name": "aquaadmin", "version": version}
    ours["licenses"] = [{"expression": "MIT"}]
    asked = _asked(root)
    direct = [one.purl for one in found if one.name in asked or one.sha256]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": ours},
        "components": [_as_json(one) for one in found],
        "dependencies": [
            {"ref": "aquaadmin", "dependsOn": direct},
            *({"ref": one.purl, "dependsOn": list(one.needs)} for one in found),
        ],
    }


def _as_json(one: Component) -> dict[str, Any]:
    known: dict[str, Any] = {"type": "library", "bom-ref": one.purl, "purl": one.purl, "scope": one.scope}
    known |= {"name": one.name, "version": one.version, "licenses": [{"expression": one.licence}]}
    return known | ({"hashes": [{"alg": "SHA-256", "content": one.sha256}]} if one.sha256 else {})


def main(what: str = "", root: str = str(ROOT)) -> int:
    """The exit code."""
    if what == "sbom":
        print(json.dumps(sbom(Path(root)), indent=2))
        return 0
    if what != "licences":
        print(__doc__, file=sys.stderr)
        return 2
    wrong = check_licences(Path(root))
    print("\n".join(wrong) or "Every dependency's licence is permissive or weak copyleft.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
