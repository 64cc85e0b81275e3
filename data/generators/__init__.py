"""Seeded makers of the tables that ship with the product, one module a table."""
