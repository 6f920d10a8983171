"""Outbound ports and addresses: how many a node has, and what Azure will refuse."""
