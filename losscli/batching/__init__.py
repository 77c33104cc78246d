"""Many pairs of files, one row of results each."""
