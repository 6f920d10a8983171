"""Features with a date on which they end."""
