"""What everyone writes: FastAPI with the unpickled pair and a pandas frame a request."""

from __future__ import annotations

import pickle

import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

from app.core.config import load_settings
from app.models.artifact_store import ArtifactStore


class Customer(BaseModel):
    annual_income: float
    spending_score: float


def naive() -> FastAPI:
    """Unpickle the active version's scaler and k-means and answer with the label alone."""
    store = ArtifactStore(load_settings().artifacts_dir, "mall")
    files = store.read(store.pointer.version())
    scaler, kmeans = pickle.loads(files["scaler.pkl"]), pickle.loads(files["kmeans_model.pkl"])
    app = FastAPI()

    @app.post("/api/v1/predict")
    def predict(customer: Customer) -> dict[str, int]:
        frame = pd.DataFrame([customer.model_dump()])
        return {"segment_id": int(kmeans.predict(scaler.transform(frame.to_numpy()))[0])}

    return app
