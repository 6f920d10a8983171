"""Reading Azure, or what was recorded of it. The only place that imports `azure` and `requests`."""
