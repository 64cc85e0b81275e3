"""Exposes `app` (``uvicorn main:app``) and runs it (``python main.py``)."""

from __future__ import annotations

import gc
import signal
import sys

import uvicorn

from app.application import create_app
from app.core.config import load_settings
from app.core.errors import ClienteleError
from app.core.run_folder import clear_run_folder

try:
    settings = load_settings()
    app = create_app(settings)
except ClienteleError as error:
    print(f"clientele: {error.detail}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
    sys.exit(2)

# what lives as long as the process need not be looked through at every collection
gc.collect()
gc.freeze()

if __name__ == "__main__":
    # uvicorn repeats the signal once all requests are answered: a stop that was asked for is a success
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    clear_run_folder()
    uvicorn.run(
        "main:app",
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,  # several are replaced one by one at SIGHUP
        http="app.serving.protocol:DrainingProtocol",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # app/controllers/middleware/proxy_trust.py decides whom to believe
        timeout_graceful_shutdown=10,
        # on a busy machine a worker takes longer to import than the 5 seconds after which it would be killed
        timeout_worker_healthcheck=60,
    )
    clear_run_folder()
