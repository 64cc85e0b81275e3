"""The judgement of an import: what a file holds, what is asked, what is taken in and what is not."""
