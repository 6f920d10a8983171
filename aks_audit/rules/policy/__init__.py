"""What other tools demand of the network of a cluster; these rules run only where they are asked for."""
