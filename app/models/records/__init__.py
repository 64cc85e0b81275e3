"""What is kept in the database: one module a noun, its table beside the store that reads and writes it."""
