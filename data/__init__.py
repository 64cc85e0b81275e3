"""Tables of the product: raw, processed, and the generators that make the shipped ones."""
