"""Our own scripts, styles and pictures, read once at start and sent immutable.

Their address holds a hash of the whole tree, so relative imports between modules inherit it and a changed
file can never meet an old one. A request is answered by a dictionary look-up: no path ever reaches the disk.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound

STATIC = Path(__file__).resolve().parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
FOR_READERS = re.compile(rb"^[ \t]*(?://[^\n]*\n|/\*.*?\*/[ \t]*\n)|^[ \t]+", re.MULTILINE | re.DOTALL)

_OF_PAGES = re.compile(r"((?:.+/)?pages/[^/]+)/")


@dataclass(frozen=True)
class Asset:
    """One file in memory; `gzipped` is None where compressing gains nothing."""

    content: bytes
    gzipped: bytes | None
    content_type: str


class AssetTree:
    """A folder of static files in memory.

    Parameters
    ----------
    folder : Path
        Read once, with all below it; files of other kinds than `CONTENT_TYPES` are left out.
    mount : str
        Where the tree is served.
    sheet : str or None
        Name of the one style sheet that all style sheets are joined to, in the order of their names; those
        below a folder ``pages/<name>`` beside it are joined to ``pages/<name>.css`` for the pages that ask,
        and a file of that name stays alone.
    mend : callable
        Applied to each file's content.
    """

    def __init__(
        self,
        folder: Path,
        mount: str = "/static",
        sheet: str | None = None,
        mend: Callable[[bytes], bytes] = lambda content: content,
    ) -> None:
        self._mount = mount
        self._assets: dict[str, Asset] = {}
        digest = hashlib.sha256()
        for name, read in _read(folder, sheet).items():
            content = mend(read)
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            self._assets[name] = _asset(content, CONTENT_TYPES[Path(name).suffix])
        self.digest = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """Return the address of a file.

        Raises
        ------
        KeyError
            If the tree has no such file: a template names one that does not exist.
        """
        if name not in self._assets:
            raise KeyError(f"there is no static file {name}")
        return f"{self._mount}/{self.digest}/{name}"

    def get(self, digest: str, name: str) -> Asset:
        """Return a file by the tree's hash and its name.

        Raises
        ------
        NotFound
            If the hash is of another tree or the tree has no such file.
        """
        asset = self._assets.get(name)
        if asset is None or digest != self.digest:
            raise NotFound("there is no such file in this version")
        return asset


def _read(folder: Path, sheet: str | None) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in CONTENT_TYPES and path.is_file())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    if sheet is None:
        return files
    sent: dict[str, bytes] = {}
    for name, content in files.items():
        target = _sheet_of(name, sheet) if name.endswith(".css") else name
        sent[target] = sent.get(target, b"") + content
    return sent


def _sheet_of(name: str, sheet: str) -> str:
    apart = _OF_PAGES.match(name)
    if apart:
        return f"{apart[1]}.css"
    return name if "/pages/" in name else sheet


def _asset(content: bytes, content_type: str) -> Asset:
    gzipped = gzip.compress(content, 9, mtime=0)
    return Asset(content, gzipped if len(gzipped) < len(content) else None, content_type)


def slim(content: bytes) -> bytes:
    """Leave out what only readers of the source need: comments on lines of their own, and indentation.

    Lines stay lines, so no statement runs into the next.
    """
    return FOR_READERS.sub(b"", content)


ASSETS = AssetTree(STATIC, sheet="css/site.css", mend=slim)
router = APIRouter(include_in_schema=False)


@router.api_route("/static/{digest}/{name:path}", methods=["GET", "HEAD"])
async def read_static_file(request: Request, digest: str, name: str) -> Response:
    """Send one file of the tree."""
    return answer_asset(request, ASSETS.get(digest, name), FOREVER)


@router.api_route("/favicon.ico", methods=["GET", "HEAD"])
async def read_icon(request: Request) -> Response:
    """Send the icon to whoever asks at the old address."""
    return answer_asset(request, ASSETS.get(ASSETS.digest, "icon.svg"), "public, max-age=86400")


def answer_asset(request: Request, asset: Asset, cache_control: str) -> Response:
    """Answer with a file, compressed where the client takes it."""
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    content = asset.content
    if asset.gzipped is not None and _accepts_gzip(request.headers.get("accept-encoding", "")):
        content = asset.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=asset.content_type, headers=headers)


def _accepts_gzip(header: str) -> bool:
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
