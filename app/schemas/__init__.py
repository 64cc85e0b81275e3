"""The wire format: requests, answers and what a page is given."""
