"""Rules about routes: whether packets leave a cluster's subnets, and by which hop."""
