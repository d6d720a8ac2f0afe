"""An app of the tests alone: it empties a database whose past the product never lets go."""
