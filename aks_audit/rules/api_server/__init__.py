"""Who reaches the API server, and whether the cluster itself still does."""
