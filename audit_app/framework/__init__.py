"""Thread sets, threads and descriptors."""
