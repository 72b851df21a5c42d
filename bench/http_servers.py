"""The servers of the HTTP bench, each a process of its own; `python -m bench.http_servers noop|peer FOLDER`."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from cloudnego.serving import Server, bind, server_config, settle_memory, url_of
from cloudnego.settings import Settings

_ROOT: Final = Path(__file__).resolve().parents[1]
_DIE_S: Final = 20.0


class Serving:
    """One server process: the product itself (`cloudnego`), the same with nobody at the door (`bare`), uvicorn's no-op,
    or the peer."""

    def __init__(self, name: str, folder: Path) -> None:
        """Start it; `wait` until it answers."""
        self.name: Final = name
        self.port = 0
        command = [sys.executable, "-m", "bench.http_servers", name, str(folder)]
        if name == "bare":
            command = [sys.executable, "-m", "bench.auth_bare", str(folder)]
        if name == "cloudnego":
            command = [sys.executable, "-m", "cloudnego", "serve", "--port", "0"]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(_ROOT / "src"), str(_ROOT))),
            "CLOUDNEGO_DATA_DIR": str(folder),
            "CLOUDNEGO_ASKS_PER_SECOND": "1e6",
            "CLOUDNEGO_ASKS_BURST": "1000000",
        }
        self._process: Final = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait(self) -> None:
        """Until it answers. Raises RuntimeError."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("ready"):
            raise RuntimeError(f"{self.name} does not start: {self._process.communicate()[1][-2000:]}")
        self.port = int(line.rsplit(":", 1)[1])

    def cpu_s(self) -> dict[int, float]:
        """CPU seconds of each of its threads so far, by thread number, as the scheduler counted them."""
        found: dict[int, float] = {}
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with suppress(OSError):  # it ended meanwhile
                found[int(task.name)] = int((task / "schedstat").read_text().split()[0]) / 1e9
        return found

    def shares(self, spent: dict[int, float]) -> dict[str, float]:
        """Seconds of the event loop's thread, of the one that was made next (in the product, the writer), of others."""
        first, *others = sorted(spent)
        assert first == self._process.pid
        return {
            "event loop": spent[first],
            "writer": spent[others[0]] if others else 0.0,
            "readers": sum(spent[number] for number in others[1:]),
        }

    def close(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.communicate(timeout=_DIE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


async def noop(_scope: Scope, _receive: Receive, send: Send) -> None:
    """The least an ASGI application can do: it does not even read the body."""
    start = {"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]}
    await send(start)
    await send({"type": "http.response.body", "body": b"{}"})


async def _serve(app: ASGIApp, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    listening = bind("127.0.0.1", 0)
    server = Server(
        server_config(app, Settings(data_dir=folder)), lambda: print(f"ready {url_of(listening)}", flush=True)
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await stop.wait()
    server.should_exit = True
    await running


def main() -> None:
    """Serve with the product's uvicorn settings, event loop and settled memory."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    app: ASGIApp = noop
    if name == "peer":
        from bench.http_peer import application  # noqa: PLC0415  # the no-op needs none of it

        app = application(folder)
    settle_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, folder))


if __name__ == "__main__":
    main()
