"""Command lines: training, setup, the smoke test of a live server."""
