"""README and quickstart: the two commands first, and examples that really work."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from app.application import create_app
from app.core.config import Settings

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
DOCUMENTS = ("README.md", "docs/quickstart.md")
ADDRESS = "http://127.0.0.1:8000"


def commands(repository: Path) -> list[str]:
    """Return every curl command of the documents, line continuations joined."""
    found = []
    for name in DOCUMENTS:
        text = (repository / name).read_text(encoding="utf-8")
        for block in BLOCK.findall(text.replace("   ```", "```")):
            joined = block.replace("\\\n", " ")
            found += [line.strip() for line in joined.splitlines() if line.strip().startswith("curl")]
    return found


@pytest.fixture
def server(trained: Settings) -> Iterator[str]:
    """The address of a server that answers on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(trained), log_config=None, access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(timeout=10)
    listener.close()


class TestReadme:
    def test_the_two_commands_stand_first(self, repository: Path) -> None:
        first = BLOCK.search((repository / "README.md").read_text(encoding="utf-8"))
        assert first is not None
        lines = first.group(1).splitlines()
        assert [line.split()[:2] for line in lines] == [["./setup.sh", "run"], ["./setup.sh", "test"]]

    def test_its_counts_are_generated(self, repository: Path) -> None:
        check = [sys.executable, "scripts/readme_figures.py", "--check"]
        told = "run python scripts/readme_figures.py"
        assert subprocess.run(check, cwd=repository, check=False).returncode == 0, told

    def test_every_link_to_a_file_leads_somewhere(self, repository: Path) -> None:
        for name in DOCUMENTS:
            document = repository / name
            for target in re.findall(r"\]\((?!http|#)([^)#]+)", document.read_text(encoding="utf-8")):
                assert (document.parent / target).exists(), f"{name} links to {target}"

    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
    def test_every_curl_example_answers(self, repository: Path, server: str) -> None:
        examples = commands(repository)
        assert len(examples) >= 6
        for example in examples:
            words = shlex.split(example.replace(ADDRESS, server))
            done = subprocess.run([*words, "--fail"], capture_output=True, check=False, timeout=20)
            assert done.returncode == 0, f"{example}: {done.stderr.decode()}"
            assert json.loads(done.stdout)

    def test_the_help_names_every_option_that_the_documents_name(self, repository: Path) -> None:
        done = subprocess.run(
            [sys.executable, "train_model.py", "--help"], capture_output=True, check=True, cwd=repository
        )
        named = set(re.findall(r"`(--[a-z-]+)`", (repository / "README.md").read_text(encoding="utf-8")))
        assert not {option for option in named if option not in done.stdout.decode()}
