"""The way out: routes, firewalls, and the addresses that others see."""
