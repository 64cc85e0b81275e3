"""What tells the story: one service a noun."""
