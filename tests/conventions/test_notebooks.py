"""The notebooks are kept without outputs and run from top to bottom on a fresh tree."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from ipykernel.kernelspec import write_kernel_spec
from nbclient import NotebookClient
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from data.generators.mall import write

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EDA, MODELLING = "01_eda_preprocessing", "02_modeling_evaluation"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy with the raw table and nothing trained, and a kernel of this very interpreter."""
    for name in ("DATA", "CONFIG", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / f"jupyter-{name.lower()}"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    write_kernel_spec(tmp_path / "jupyter-data" / "kernels" / "python3")
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "app", copy / "app", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copytree(ROOT / "notebooks", copy / "notebooks")
    shutil.copy(ROOT / "pyproject.toml", copy)
    write(copy / "data" / "raw" / "mall_customers.csv")
    return copy


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def run(tree: Path, name: str) -> tuple[str, Any]:
    """Execute a notebook in place; return what it printed and the executed notebook."""
    notebook = read(tree / "notebooks" / f"{name}.ipynb")
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tree / "notebooks")}},
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    complaints = [output.text for output in outputs if output.get("name") == "stderr"]
    assert complaints == []
    return "".join(output.text for output in outputs if output.get("name") == "stdout"), notebook


class TestStoredNotebook:
    def test_there_are_two(self) -> None:
        assert [path.stem for path in NOTEBOOKS] == [EDA, MODELLING]

    @pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
    def test_has_no_outputs(self, path: Path) -> None:
        notebook = read(path)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)

    @pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
    def test_cells_have_names(self, path: Path) -> None:
        ids = [cell.id for cell in read(path).cells]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)


class TestExploration:
    def test_runs_from_top_to_bottom(self, tree: Path) -> None:
        printed, notebook = run(tree, EDA)
        assert "200 customers" in printed
        for word in ("mean", "median", "sd", "missing values", "annual_income and spending_score: Pearson"):
            assert word in printed
        charts = [
            output.data["text/html"]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if "Plotly.newPlot" in output.get("data", {}).get("text/html", "")
        ]
        assert len(charts) == 2
        assert not any(re.search(r"<(script|link)[^>]+(src|href)=", chart) for chart in charts)


class TestModelling:
    def test_runs_with_nothing_trained(self, tree: Path) -> None:
        printed, _ = run(tree, MODELLING)
        assert "silhouette chooses k = 5" in printed
        assert "Nothing is trained yet" in printed

    def test_compares_with_the_trained_version(self, tree: Path) -> None:
        rows = np.loadtxt(
            tree / "data" / "raw" / "mall_customers.csv", delimiter=",", skiprows=1, usecols=(3, 4)
        )
        scaler = StandardScaler().fit(rows)
        version = tree / "models_artifacts" / "mall" / "3"
        version.mkdir(parents=True)
        kmeans = KMeans(5, n_init=10, random_state=1).fit(scaler.transform(rows))
        (version / "scaler.pkl").write_bytes(pickle.dumps(scaler))
        (version / "kmeans_model.pkl").write_bytes(pickle.dumps(kmeans))
        (version.parent / "ACTIVE").write_text("3\n")
        printed, _ = run(tree, MODELLING)
        assert "version mall/3: 5 segments" in printed
        assert "ARI 1.000" in printed.partition("version mall/3")[2]
