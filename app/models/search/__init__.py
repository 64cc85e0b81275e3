"""Which of a table's columns make segments best, prepared how: drafts tried side by side, and one to take."""
