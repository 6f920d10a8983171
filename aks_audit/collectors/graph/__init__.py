"""What lies in many subscriptions, by few queries: Azure Resource Graph."""
