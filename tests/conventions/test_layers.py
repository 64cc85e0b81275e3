from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# What training needs and answering does not: slow to import, large in memory, or able to unpickle.
NOT_SERVING = {"sklearn", "pandas", "scipy", "joblib", "cloudpickle", "sqlalchemy", "alembic", "psycopg"}


@pytest.mark.parametrize("module", ["app.models.ml_model", "app.application"])
def test_serving_stays_light(repository: Path, module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert NOT_SERVING & set(done.stdout.split()) == set()


def test_setup_runs_before_anything_is_installed(repository: Path) -> None:
    command = [sys.executable, "-S", "-m", "app.cli.setup_steps", "--help"]  # -S: without site-packages
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
