"""aks-audit: audits the network of AKS clusters as Azure has it."""

__version__ = "0.1.0"
