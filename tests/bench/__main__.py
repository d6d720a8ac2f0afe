"""How fast one cancel is, beside curl; how much memory it takes; and a crowd on a slow Zuora.

    make bench          (or: python -m tests.bench [ROUNDS], with DATABASE_URL naming a PostgreSQL server)

Everything that is compared is measured in turn, in one run. Medians and ratios count; seconds differ by machine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import requests

from jobs.sandbox.server import describe
from tests.bench.stage import Browser, product, upstream
from tests.certificates import Authority

SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
LINE_SECONDS = 0.04
CROWD, SLOW_SECONDS = 32, 3.0
KEYS = describe()["keys"]
HEADERS = {"apiAccessKeyId": KEYS["access_key_id"], "apiSecretAccessKey": KEYS["secret_access_key"]}
AIMS = {
    ("SQLite", 0.0): 0.6,
    ("PostgreSQL", 0.0): 0.95,
    ("SQLite", LINE_SECONDS): 0.42,
    ("PostgreSQL", LINE_SECONDS): 0.47,
}


def main(rounds: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="aquaadmin-bench-") as name:
        folder = Path(name)
        authority = Authority(folder)
        certificate = authority.issue("127.0.0.1", "localhost")
        bundle = folder / "bundle.pem"
        bundle.write_bytes(SYSTEM_BUNDLE.read_bytes() + authority.ca_file.read_bytes())
        for kind, new_database in databases(folder):
            for line in (0.0, LINE_SECONDS):
                with upstream(certificate, line=line) as url, new_database() as database:
                    print(f"\n{kind}, {line * 1000:.0f} ms added to each round trip, {rounds} rounds", flush=True)
                    compare(folder, url, authority.ca_file, bundle, database, rounds, AIMS[kind, line])
            with upstream(certificate, cancel=SLOW_SECONDS) as url, new_database() as database:
                print(
                    f"\n{kind}, {CROWD} people at once, {SLOW_SECONDS:.0f} s until Zuora answers a cancel", flush=True
                )
                crowd(folder, url, authority.ca_file, database)


def databases(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each kind with what makes a fresh one."""

    @contextmanager
    def sqlite() -> Iterator[str]:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            yield f"sqlite:///{name}/db.sqlite3"

    yield "SQLite", sqlite
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        sys.exit("DATABASE_URL names no PostgreSQL server, so nothing can be measured on it. Use: make bench")

    @contextmanager
    def postgresql() -> Iterator[str]:
        name = f"bench{time.monotonic_ns()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield server.rsplit("/", 1)[0] + f"/{name}"

    yield "PostgreSQL", postgresql


def compare(folder: Path, url: str, ca_file: Path, bundle: Path, database: str, rounds: int, aim: float) -> None:
    """One cancel through the page beside two curl processes that send the same DELETE and GET."""
    with product(folder, url, ca_file, database=database, people=1) as (port, pid), integration(ca_file) as session:
        browser = Browser(port)
        browser.sign_in("person0")
        ours, alone, with_bundle = [], [], []
        for number in range(rounds + 5):
            times = (
                cancel_in_the_browser(browser, submit(session, url)),
                cancel_with_curl(f"{url}/v1/batch-query/jobs/{submit(session, url)}", ca_file),
                cancel_with_curl(f"{url}/v1/batch-query/jobs/{submit(session, url)}", bundle),
            )
            if number >= 5:  # the first ones warm up
                for kept, seconds in zip((ours, alone, with_bundle), times, strict=True):
                    kept.append(seconds)
        report("aquaadmin, POST to 303", ours)
        report("two curl, one certificate", alone)
        report("two curl, system's bundle", with_bundle)
        median = statistics.median(ours)
        print(f"  ratio: {median / statistics.median(alone):.2f} (aim {aim}), with the system's bundle", end=" ")
        print(f"{median / statistics.median(with_bundle):.2f}")
        print(f"  memory of the workers (PSS): {', '.join(f'{size:.0f} MB' for size in memory_of_workers(pid))}")


def report(name: str, seconds: list[float]) -> None:
    """Median and the middle half."""
    low, median, high = statistics.quantiles(seconds, n=4)
    print(f"  {name:28} median {median * 1000:7.1f} ms   (middle half {low * 1000:.1f}–{high * 1000:.1f})", flush=True)


@contextmanager
def integration(ca_file: Path) -> Iterator[requests.Session]:
    """Whoever submits the jobs."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(ca_file)
        session.headers.update(HEADERS)
        yield session


def submit(session: requests.Session, url: str) -> str:
    """A job that can be cancelled."""
    order = {"name": "bench", "queries": [{"name": "Account", "query": "select Id from Account", "type": "zoqlexport"}]}
    return str(session.post(f"{url}/v1/batch-query/", json=order).json()["id"])


def cancel_in_the_browser(browser: Browser, job_id: str) -> float:
    """Seconds from the confirming POST to its 303."""
    address, form = browser.review(job_id)
    begin = time.perf_counter()
    status, _, _ = browser.ask("POST", address, form)
    seconds = time.perf_counter() - begin
    assert status == 303, status
    return seconds


def cancel_with_curl(url: str, ca_file: Path) -> float:
    """Seconds for a DELETE and a GET, each by a process of its own."""
    headers = [word for name, value in HEADERS.items() for word in ("-H", f"{name}: {value}")]
    begin = time.perf_counter()
    for method in ("DELETE", "GET"):
        command = ["curl", "--silent", "--fail", "--cacert", str(ca_file), "-X", method, *headers, url]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, close_fds=False)
    return time.perf_counter() - begin


def memory_of_workers(pid: int) -> list[float]:
    """Proportional set size of each gunicorn worker, in MB."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = []
    for worker in workers:
        lines = Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines()
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]
    return sizes


def crowd(folder: Path, url: str, ca_file: Path, database: str) -> None:
    """Everybody confirms at once; meanwhile somebody else opens pages."""
    with (
        product(folder, url, ca_file, database=database, people=CROWD + 1) as (port, _),
        integration(ca_file) as session,
    ):
        people = [Browser(port) for _ in range(CROWD + 1)]
        for number, person in enumerate(people):
            person.sign_in(f"person{number}")
        *cancelling, visitor = people
        reviews = [(person, *person.review(submit(session, url))) for person in cancelling]
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda p=person, a=address, f=form: statuses.append(p.ask("POST", a, f)[0]))
            for person, address, form in reviews
        ]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        pages = []
        while any(thread.is_alive() for thread in threads):
            before = time.perf_counter()
            visitor.ask("GET", "/")
            pages.append(time.perf_counter() - before)
            time.sleep(0.05)
        seconds = time.perf_counter() - begin
        assert statuses == [303] * CROWD, statuses
        print(f"  all done after {seconds:.2f} s: {seconds / SLOW_SECONDS:.2f} times what one takes (aim 1.1)")
        report("another's start page", pages)
        print(f"  its slowest: {max(pages) * 1000:.0f} ms", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
