"""What computes or keeps: recipes, tables, fits, evidence, versions on disk."""
