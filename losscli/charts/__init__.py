"""What is drawn, as plain numbers: the same points for a terminal, a picture or a page."""
