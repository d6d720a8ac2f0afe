"""The sandbox as a server on loopback."""

import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any, Self

from jobs.sandbox.api import Api, Switches
from jobs.sandbox.clockwork import PretendBatch
from jobs.sandbox.faults import Fault, Faults
from jobs.sandbox.limits import Limits
from jobs.sandbox.signin import BASIC, KEYS, OAUTH
from jobs.sandbox.situations import SITUATIONS
from jobs.sandbox.wire import Handler, LoopbackServer


@dataclass
class Seen:
    """One request as it arrived. ``status`` is set when the answer begins; None where none was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    status: int | None = None


def describe() -> dict[str, Any]:
    """What the sandbox accepts and plays; the same at every start."""
    return {
        "oauth": dict(OAUTH),
        "keys": dict(KEYS),
        "basic": dict(BASIC),
        "jobs": {situation.name: situation.job_id for situation in SITUATIONS},
    }


class Sandbox:
    """A pretend Zuora on 127.0.0.1, served by threads of this process; port 0 takes a free one.

    ``tls`` is a pair of PEM files (certificate, key); ``switches`` are those of ``Switches``. Use it as a
    context manager, or call ``start`` and ``stop``.
    """

    def __init__(self, *, port: int = 0, tls: tuple[str, str] | None = None, **switches: Any) -> None:
        self._offset = 0.0
        self.switches = Switches(**switches)
        self.api = Api(self.now, self.switches)
        self.limits = Limits(self.switches.concurrent_requests, self.switches.requests_a_minute)
        self.faults = Faults()
        self._seen: list[Seen] = []
        self._lock = threading.Lock()
        self._set_the_scene()
        self._server = LoopbackServer(("127.0.0.1", port), Handler, self)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.tls = context
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self.serve, daemon=True, name="sandbox").start()

    def serve(self) -> None:
        """Serve until ``stop`` is called."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop serving and close every connection."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def now(self) -> float:
        """The sandbox's clock, in seconds."""
        return time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Let the jobs move on as if so many seconds had passed."""
        self._offset += seconds

    @property
    def jobs(self) -> dict[str, str]:
        """Situation: job ID."""
        return {situation.name: situation.job_id for situation in SITUATIONS}

    def describe(self) -> dict[str, Any]:
        """See ``describe``."""
        return describe()

    @property
    def requests(self) -> list[Seen]:
        """Every request to the API so far, oldest first."""
        with self._lock:
            return list(self._seen)

    def seen(self, method: str, job_id: str) -> list[Seen]:
        """Those with this method for this job."""
        return [request for request in self.requests if request.method == method and job_id in request.path]

    def note(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Seen:
        """Keep a request in the log, before it is answered."""
        request = Seen(method, path, headers, body, self.now())
        with self._lock:
            self._seen.append(request)
        return request

    def play(self, fault: Fault) -> None:
        """Let something go wrong with a coming request."""
        self.faults.add(fault)

    def submit(self, *batches: PretendBatch, **fields: Any) -> str:
        """Submit a job (``fields`` of ``PretendJob``) and return its ID."""
        wanted = list(batches) or [PretendBatch("Account", "select Id from Account", seconds=3600)]
        return self.api.submit(wanted, **fields).job_id

    def status(self, job_id: str) -> str:
        """The job's true status now."""
        return self.api.jobs[job_id].status(self.now())

    def set_status(self, job_id: str, status: str) -> None:
        """Whatever the job did so far, this is its status from now on."""
        self.api.jobs[job_id].forced_status = status

    def reset(self) -> None:
        """The named jobs as at the start, and nothing that goes wrong but what they play."""
        self.api.reset()
        self.faults.clear()
        self._set_the_scene()

    def _set_the_scene(self) -> None:
        for situation in SITUATIONS:
            if situation.fault:
                self.faults.add(situation.fault(situation.job_id))
