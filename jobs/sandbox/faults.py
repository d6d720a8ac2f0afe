"""What can go wrong with an answer, on purpose."""

import threading
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Fault:
    """Applies to requests with this method whose path contains ``path``, ``times`` times (None: always).

    ``act``: the work is done before the answer goes wrong. ``status`` and ``body`` replace the
    answer's own (None keeps them, where it acts). ``hang_up`` closes the connection: "during" the
    request (only its first line is read, nothing is done), "before" the answer, or in the
    "middle" of it; ``reset`` closes it with a TCP reset. ``drip_headers``
    and ``drip_body`` are the seconds between two bytes; ``delay`` passes before the answer,
    which also waits ``until`` an event is set; ``padding`` is sent after the body, in bytes, without being held in
    memory.
    """

    method: str = "GET"
    path: str = ""
    times: int | None = 1
    act: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hang_up: str = ""
    reset: bool = False
    delay: float = 0.0
    until: threading.Event | None = None
    drip_headers: float = 0.0
    drip_body: float = 0.0
    padding: int = 0


class Faults:
    """Those that are waiting for their request; the first that fits is taken."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it happen to the next requests that it applies to, after those added earlier."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str, *, during: bool = False) -> Fault | None:
        """The one that this request meets; ``during``: while it is still being read."""
        with self._lock:
            for position, fault in enumerate(self._waiting):
                if fault.method == method and fault.path in path and (fault.hang_up == "during") == during:
                    self._use(position, fault)
                    return fault
        return None

    def _use(self, position: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times > 1:
            self._waiting[position] = replace(fault, times=fault.times - 1)
        else:
            del self._waiting[position]
