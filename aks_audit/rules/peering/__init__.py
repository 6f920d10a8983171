"""Peerings of the clusters' virtual networks."""
