"""Routes, forwarding and tables of kubenet clusters."""
