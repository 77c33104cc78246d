"""Pages: of one loss, and of one evaluation."""
