"""Data to learn from: readers of public data sets, splits, officers' reviews, the simulator."""
