"""Network security groups: the flows that AKS needs, and what is open that should not be."""
