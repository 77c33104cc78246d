"""The machine: threads, memory, a Dask cluster, and files that appear whole or not at all."""
