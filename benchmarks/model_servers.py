"""Makes the model that a general model server is compared with; run by that server's own Python.

``PYTHON benchmarks/model_servers.py mlflow|mlserver TABLE FOLDER`` fits scaler and k-means on the customer
table and leaves them in the folder as the server wants them.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main(server: str, table: str, folder: str) -> None:
    features = pd.read_csv(table).iloc[:, [3, 4]].astype(float)
    features.columns = ["annual_income", "spending_score"]
    model = make_pipeline(StandardScaler(), KMeans(5, n_init=10, random_state=42))
    if server == "mlflow":
        import_module("mlflow.sklearn").save_model(
            model.fit(features), folder, serialization_format="cloudpickle"
        )
        return
    path = Path(folder)
    path.mkdir()
    import_module("joblib").dump(model.fit(features.to_numpy()), path / "model.joblib")
    implementation = {"name": "mall", "implementation": "mlserver_sklearn.SKLearnModel"}
    settings = implementation | {"parameters": {"uri": "./model.joblib", "version": "1"}}
    (path / "model-settings.json").write_text(json.dumps(settings))
    # in its own process as ours is, not in a pool that costs it more
    (path / "settings.json").write_text(json.dumps({"parallel_workers": 0, "debug": False}))


if __name__ == "__main__":
    main(*sys.argv[1:])
