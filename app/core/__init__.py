"""Settings, errors, logging and durable files: knows no web framework."""
