"""Rules that losses have to keep, and what a run of them finds."""
