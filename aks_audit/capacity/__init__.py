"""Addresses that node pools take, and when a subnet runs out."""
