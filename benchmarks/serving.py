"""CPU time a prediction, side by side: ``python -m benchmarks.serving [--rounds 5] [--requests 4000]``.

Every target is one worker that answers 32 keep-alive connections on this machine. Rounds are interleaved in
changing order, so that a slow minute meets all; what is compared is the server's own CPU time (user and
system, its children's too) a request, since wall time on a shared machine says little. Medians and ratios are
reported.

General model servers take part where they are installed: ``--mlflow PYTHON`` (``pip install mlflow``) and
``--mlserver PYTHON`` (``pip install mlserver mlserver-sklearn``), each the interpreter of an environment of
its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from benchmarks.loaded_server import ROOT, LoadedServer
from benchmarks.targets import CONSTANT_ADDRESS
from data.generators import mall

UVICORN = ["-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--no-proxy-headers"]
UVICORN += ["--port", "{port}"]
PROTOCOL = ["--http", "app.serving.protocol:DrainingProtocol"]


def own_targets() -> list[LoadedServer]:
    """Return what needs nothing but this checkout."""
    start = [sys.executable, *UVICORN, "--factory"]
    return [
        LoadedServer("ours", [*start, *PROTOCOL, "benchmarks.targets:ours"]),
        LoadedServer(
            "constant", [*start, *PROTOCOL, "benchmarks.targets:constant"], address=CONSTANT_ADDRESS
        ),
        LoadedServer("constant_direct", [*start, *PROTOCOL, "benchmarks.targets:constant_direct"]),
        LoadedServer("naive", [*start, "benchmarks.naive_target:naive"], share=0.25),
    ]


def mlflow(python: str, folder: Path) -> LoadedServer:
    """Return MLflow's scoring server over the same kind of model."""
    make_model("mlflow", python, folder / "mlflow")

    def body(income: float, score: float) -> object:
        return {
            "dataframe_split": {"columns": ["annual_income", "spending_score"], "data": [[income, score]]}
        }

    return LoadedServer(
        "mlflow",
        [python, *UVICORN, "mlflow.pyfunc.scoring_server.app:app"],
        address="/invocations",
        body=body,
        share=0.25,
        environment={"__pyfunc_model_path__": str(folder / "mlflow")},
        folder=folder,
    )


def mlserver(python: str, folder: Path) -> LoadedServer:
    """Return MLServer over the same kind of model."""
    make_model("mlserver", python, folder / "mlserver")

    def body(income: float, score: float) -> object:
        values = {"name": "predict", "shape": [1, 2], "datatype": "FP64", "data": [income, score]}
        return {"inputs": [values]}

    return LoadedServer(
        "mlserver",
        [python, "-m", "mlserver.cli.main", "start", str(folder / "mlserver")],
        address="/v2/models/mall/infer",
        body=body,
        share=0.25,
        environment={
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "0",
            "MLSERVER_METRICS_PORT": "0",
        },
        folder=folder,
    )


def make_model(server: str, python: str, folder: Path) -> None:
    """Let the server's own Python fit and store the model."""
    table = folder.with_suffix(".csv")
    mall.write(table)
    script = ROOT / "benchmarks" / "model_servers.py"
    subprocess.run([python, script, server, table, folder], check=True, capture_output=True)


def report(targets: list[LoadedServer]) -> dict[str, dict[str, float]]:
    """Return medians by target, each with its CPU time as a multiple of the first's."""
    base = statistics.median(targets[0].cpu_micros)
    return {
        target.name: {
            "cpu_us": round(statistics.median(target.cpu_micros), 1),
            "times_ours": round(statistics.median(target.cpu_micros) / base, 2),
            "per_second": round(statistics.median(target.per_second)),
            "p95_ms": round(statistics.median(target.p95_millis), 2),
            "cold_start_s": round(target.cold_start, 2),
            "memory_mib": round(target.memory_mib()),
        }
        for target in targets
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time a prediction, side by side")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--mlflow", metavar="PYTHON")
    parser.add_argument("--mlserver", metavar="PYTHON")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        targets = own_targets()
        if options.mlflow:
            targets.append(mlflow(options.mlflow, Path(name)))
        if options.mlserver:
            targets.append(mlserver(options.mlserver, Path(name)))
        found = run(targets, options.rounds, options.requests)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs, medians")
    columns = list(next(iter(found.values())))
    print("".join(f"{name:>16}" for name in ["", *columns]))
    for name, row in found.items():
        print(f"{name:>16}" + "".join(f"{row[column]:>16}" for column in columns))


def run(targets: list[LoadedServer], rounds: int, requests: int) -> dict[str, dict[str, float]]:
    """Start all, load them in turns, report and stop them."""
    try:
        for target in targets:
            print(f"starting {target.name} …", file=sys.stderr)
            target.start()
        for turn in range(rounds):
            print(f"round {turn + 1} of {rounds} …", file=sys.stderr)
            # whoever comes behind a busy one would pay for what that one left to be done
            for target in Random(turn).sample(targets, len(targets)):
                time.sleep(0.5)
                target.measure(requests)
        return report(targets)
    finally:
        for target in targets:
            target.stop()


if __name__ == "__main__":
    main()
