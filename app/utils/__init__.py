"""Pure helpers that several layers call."""
