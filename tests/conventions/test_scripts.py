from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


@pytest.mark.parametrize("script", ["setup.sh", ".ci/run"])
def test_shell_scripts_are_sound(repository: Path, script: str) -> None:
    shellcheck = str(Path(sys.executable).with_name("shellcheck"))
    done = subprocess.run([shellcheck, script], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert os.access(repository / script, os.X_OK)


def test_powershell_script_parses(repository: Path) -> None:
    source = (repository / "setup.ps1").read_bytes().replace(b"\r\n", b"\n")
    assert source.isascii()  # Windows PowerShell 5.1 reads a file without a mark in the local code page
    assert not PARSER.parse(source).root_node.has_error


def test_powershell_parser_sees_faults() -> None:
    assert PARSER.parse(b"foreach ($a in $b) { Write-Output $a").root_node.has_error


@pytest.mark.parametrize("action", ["run", "test", "prepare"])
def test_both_scripts_know_the_same_actions(repository: Path, action: str) -> None:
    for script in ("setup.sh", "setup.ps1"):
        assert action in (repository / script).read_text(encoding="utf-8").split("[", 1)[1].split("]", 1)[0]
