"""Rules about what the identities of clusters may do in the network."""
