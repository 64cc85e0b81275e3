"""The server that ``python main.py`` is."""

from __future__ import annotations

import signal
import sys

import uvicorn
from uvicorn.supervisors import multiprocess

from app.core.config import Settings
from app.core.run_folder import clear_run_folder


class Worker(multiprocess.Process):
    """One of several workers, whose end is seen at once.

    With both ends of the pipe kept by the parent, a worker that is killed while it is asked whether it is
    well would be waited for as long as for one that is slow, and neither replaced nor a signal looked at.
    """

    def start(self) -> None:
        """Start the process and leave it its end of the pipe."""
        super().start()
        self.child_conn.close()


def serve(settings: Settings) -> None:
    """Serve ``main:app`` until a signal ends it, by as many workers as the settings say."""
    # uvicorn repeats the signal once all requests are answered: a stop that was asked for is a success
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    clear_run_folder()
    multiprocess.Process = Worker  # type: ignore[misc] # uvicorn has no setting for it
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
