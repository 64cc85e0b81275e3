"""Measurements of what the product promises, each one command."""
