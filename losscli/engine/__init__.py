"""Blocks → kernels → totals: what every row costs, and exact sums of it."""
