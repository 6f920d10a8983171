"""CIDRs: what overlaps what, and what is reserved."""
