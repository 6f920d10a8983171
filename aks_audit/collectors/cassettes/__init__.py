"""Recording Azure's answers to a cassette, and playing them again."""
