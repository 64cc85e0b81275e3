"""Customer tables that were taken in: summed up once, looked through page by page."""
