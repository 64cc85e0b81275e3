"""What parses and answers: the API, the pages, the errors."""
