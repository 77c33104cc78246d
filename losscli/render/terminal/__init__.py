"""Reports on a screen, wide or narrow."""
