"""The pretend Zuora of the benchmark, in a process of its own: over TLS, and behind a line that takes its time.

    python -m tests.bench.upstream CERTIFICATE KEY LINE_SECONDS CANCEL_SECONDS

Prints its URL. ``LINE_SECONDS`` are added to each round trip: half to each direction, and the round trip of
connecting, which the system answers by itself here, to the first bytes of a connection. ``CANCEL_SECONDS`` pass
before a cancel is answered.
"""

import asyncio
import sys
from urllib.parse import urlsplit

from jobs.sandbox import Fault, Sandbox


async def relay(target: int, seconds: float) -> None:
    """Pass every connection on to a port, each byte half of ``seconds`` late."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, answer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.sleep(seconds)
        await asyncio.gather(_late(reader, answer, seconds / 2), _late(onward, writer, seconds / 2))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


async def _late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop, last = asyncio.get_running_loop(), None
    try:
        while data := await reader.read(65536):
            last = loop.call_later(seconds, writer.write, data)
    except ConnectionError:
        pass
    if last:
        await asyncio.sleep(seconds)
    writer.close()


def main(certificate: str, key: str, line_seconds: float, cancel_seconds: float) -> None:
    """Serve until the process is ended."""
    sandbox = Sandbox(tls=(certificate, key))
    sandbox.start()
    if cancel_seconds:
        sandbox.play(Fault("DELETE", times=None, act=True, delay=cancel_seconds))
    port = urlsplit(sandbox.url).port or 0
    if line_seconds:
        asyncio.run(relay(port, line_seconds))
    print(sandbox.url, flush=True)
    asyncio.run(asyncio.Event().wait())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
