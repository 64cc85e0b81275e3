"""How many segments a table should be cut into, and whether it has separate groups at all."""
