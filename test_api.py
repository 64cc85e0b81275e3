"""Tries every endpoint of a live server: ``python test_api.py [--url http://127.0.0.1:8000]``."""

from app.cli.smoke import smoke

if __name__ == "__main__":
    smoke()
