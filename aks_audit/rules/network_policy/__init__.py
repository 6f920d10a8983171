"""Policy engines, and the dataplane that carries them."""
