"""Addresses: what will not fit, and who takes them."""
