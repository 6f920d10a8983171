"""Private DNS zones: whether the name of a private API server is answered where it is asked for."""
