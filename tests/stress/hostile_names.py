"""Asks an application for names and ids that point elsewhere: ``python -m tests.stress.hostile_names``.

It runs in a process of its own, for an audit hook cannot be taken back. Its arguments are a folder, beside
whose `data` and `models_artifacts` nothing may be touched, and how many names. It prints what it saw as JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from starlette.routing import Route
from starlette.testclient import TestClient

from app.application import create_app
from tests.api.live_server import REPOSITORY
from tests.conftest import settings_in
from tests.stress.hostile_places import CANARY, FILE_LINK, FOLDER_LINK
from tests.working import refuse, working

TARGETS = ("secret.txt", "outside", "outside/mall", "outside/mall.toml", "outside/clientele.db")
WORDS = (
    *(
        "",
        " ",
        ".",
        "..",
        "...",
        "~",
        "~root",
        "*",
        "**/*",
        "[a-z]*?",
        "-rf",
        "con",
        "NUL.csv",
        "aux",
        "COM1",
    ),
    *("/dev/zero", "/dev/stdin", "/proc/self/environ", "/etc/passwd", "file:///etc/passwd", "s3://x/y"),
    *("mall.", "mall ", "MALL", "mall::$DATA", "mall\x00.toml", ".active", "active.json", "model.json"),
    *(
        "$(touch x)",
        "`id`",
        "; rm -rf /",
        "|cat",
        "' OR 1=1 --",
        "read_parquet('x')",
        "a\r\nX: y",
        "\u202egpj",
    ),
    *(
        "0",
        "-1",
        "+1",
        "00",
        "1e3",
        "0x1",
        "1.0",
        "١",
        "9" * 40,
        "1/../1",
        "1%2f..%2f1",
        "a" * 300,
        "é" * 3_000,
    ),
    *(FILE_LINK, FOLDER_LINK, FILE_LINK.upper(), f"{FOLDER_LINK}/mall", f"{{{FILE_LINK}}}", f"{FILE_LINK}\n"),
)
STEPS = (
    "../",
    "..\\",
    "....//",
    "..;/",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "．．／",
    "\u2025/",
    "./../",
    "/../",
    ".\x00./",
)
TAILS = ("", "", "", "\x00", "\x00.csv", "/", "/.", "%00", "?", "#", ".json", " ")
CHANGING = {"open": (0,), "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (0, 1)} | {
    f"os.{name}": (0,)
    for name in (
        *("chmod", "chown", "listdir", "mkdir", "remove", "rmdir", "scandir", "truncate", "utime"),
        *("getxattr", "listxattr", "removexattr", "setxattr"),
    )
}  # fmt: skip
CHANGING |= {"sqlite3.connect": (0,), "shutil.rmtree": (0,), "shutil.copyfile": (0, 1), "shutil.move": (0, 1)}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
BOUNDARY = b"--cut\r\nContent-Disposition: form-data; name="
TABLE = b"id,amount\r\n" + b"".join(b"k%d,%d.5\r\n" % (n, n) for n in range(12))


class Sentry:
    """Writes down who touches what lies elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.ours = tuple(
            f"{os.path.realpath(folder / name)}{os.sep}" for name in ("data", "models_artifacts")
        )
        libraries = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), str(REPOSITORY / "app")}
        # as they are read by whoever imports something late
        self.read_only = tuple(f"{os.path.realpath(path)}{os.sep}" for path in libraries)
        self.is_awake = False
        self.touched: Counter[str] = Counter()
        self.events = 0

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        places = CHANGING.get(event)
        if not self.is_awake or places is None:
            return
        self.events += 1
        for place in places:
            told = arguments[place]
            if isinstance(told, (str, bytes, os.PathLike)):
                self.look(event, str(folder_of(event, arguments) / os.fsdecode(told)), arguments)

    def look(self, event: str, told: str, arguments: tuple[Any, ...]) -> None:
        path = os.path.realpath(told) if "\x00" not in told else told
        is_read = event == "open" and not (arguments[2] or 0) & WRITING
        is_read = is_read or event in ("os.listdir", "os.scandir")
        allowed = (*self.ours, *self.read_only) if is_read else self.ours
        if not f"{path}{os.sep}".startswith(allowed):
            self.touched[f"{event} {path}"] += 1


def folder_of(event: str, arguments: tuple[Any, ...]) -> Path:
    """Return the folder that a path is told from, where it was opened before."""
    handle = arguments[-1]
    is_told = event in ("os.remove", "os.rmdir", "os.mkdir") and isinstance(handle, int) and handle >= 0
    return Path(f"/proc/self/fd/{handle}").readlink() if is_told else Path()


def names(folder: Path, random: Random) -> Iterator[str]:
    """Give hostile names for ever."""
    while True:
        target, kind = random.choice(TARGETS), random.randrange(5)
        if kind == 0:
            yield random.choice(WORDS)
        elif kind == 1:
            yield f"{folder / target}{random.choice(TAILS)}"
        else:
            start = random.choice(("", "", "mall/", f"{FOLDER_LINK}/", "/", "1/", "x/"))
            yield start + random.choice(STEPS) * random.randint(1, 6) + target + random.choice(TAILS)


def addresses(app: Any) -> list[tuple[str, str]]:
    """Return method and path of every route that takes something from its address."""
    routes = [route for route in app.router.routes if isinstance(route, Route)]
    found = [(m, r.path) for r in routes if "{" in r.path for m in sorted(r.methods or ())]
    return [(method, path) for method, path in found if method != "HEAD"]


def escaped(name: str) -> str:
    # a client would make sense of dots and slashes
    return "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "surrogatepass"))


class Stranger:
    """Sends hostile names wherever one can be sent."""

    def __init__(self, client: TestClient, random: Random) -> None:
        self.client = client
        self.random = random
        self.places = addresses(client.app)

    def address(self, name: str) -> Any:
        method, path = self.random.choice(self.places)
        holes = re.findall(r"\{[^}]+\}", path)
        chosen = self.random.choice(holes)
        for hole in holes:
            sound = "mall" if hole == "{recipe}" else "1"
            path = path.replace(hole, escaped(name) if hole == chosen else sound)
        accept = self.random.choice(("application/json", "text/html"))
        body = {"name": name} if method == "PATCH" else None
        return self.client.request(method, path, headers={"Accept": accept}, json=body)

    def file_name(self, name: str) -> Any:
        quoted = name.encode("utf-8", "replace").replace(b'"', b"%22")
        body = BOUNDARY + b'"file"; filename="' + quoted + b'"\r\n\r\n' + TABLE + b"\r\n--cut--\r\n"
        return self.send(body, self.random.choice(({}, {"dry_run": "true"})))

    def field(self, name: str) -> Any:
        field = self.random.choice(("upload", "replaces", "appends_to", "name"))
        file = b'"file"; filename="a.csv"\r\n\r\n' + TABLE + b"\r\n" if field != "upload" else b""
        value = b'"%s"\r\n\r\n%s\r\n' % (field.encode(), name.encode("utf-8", "replace"))
        parts = b"".join(BOUNDARY + part for part in (file, value) if part)
        return self.send(parts + b"--cut--\r\n", {"dry_run": "true"} if field == "name" else {})

    def send(self, body: bytes, query: dict[str, str]) -> Any:
        form = {"Content-Type": "multipart/form-data; boundary=cut"}
        return self.client.post("/api/v1/datasets", params=query, content=body, headers=form)

    def body(self, name: str) -> Any:
        feature = {"column": name, "kind": "number"}
        recipe = {"name": name, "title": name[:100], "dataset_id": FOLDER_LINK, "features": [feature]}
        address, body = self.random.choice(
            (
                ("/api/v1/trainings", {"recipe": name}),
                ("/api/v1/trainings", {"recipe": "mall", "dataset_id": name}),
                ("/api/v1/recipes", recipe),
                ("/api/v1/recipes", recipe | {"name": "fine", "dataset_id": name}),
            )
        )
        return self.client.post(address, json=body)

    def query(self, name: str) -> Any:
        address, key = self.random.choice(
            (
                *(("/api/v1/datasets", "cursor"), ("/api/v1/jobs", "cursor"), ("/api/v1/jobs", "kind")),
                ("/api/v1/recipes/mall/versions", "cursor"),
                ("/api/v1/recipes/mall/versions/1/moves", "from"),
                ("/datasets", "cursor"),
                ("/models", "recipe"),
            )
        )
        return self.client.get(address, params={key: name})

    def ask(self, name: str) -> Any:
        ways = (*[self.address] * 7, self.file_name, self.field, self.body, self.query)
        return self.random.choice(ways)(name)


def main(folder: Path, count: int) -> dict[str, Any]:
    sentry, random = Sentry(folder), Random(17)
    sys.addaudithook(sentry.hook)
    settings = settings_in(folder)
    statuses: Counter[int] = Counter()
    faults: list[str] = []
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client, working(settings, refuse):
        stranger = Stranger(client, random)
        assert stranger.file_name("a.csv").is_success  # and all that is loaded late is loaded
        sentry.is_awake = True
        with (folder / "secret.txt").open("rb"):
            assert sentry.touched.total() == 1  # it sees what it is there for
        sentry.touched.clear()
        made = names(folder, random)
        for _ in range(count):
            name = next(made)
            answer = stranger.ask(name)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or CANARY in answer.content:
                faults.append(f"{answer.status_code} {answer.request.method} {answer.request.url} {name!r}")
        sentry.is_awake = False
    return {
        "routes": len(stranger.places),
        "statuses": statuses,
        "faults": faults,
        "touched": sentry.touched,
        "events": sentry.events,
    }


if __name__ == "__main__":
    print("\n" + json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
