"""Reports → text: one module per format, imported when it is asked for."""
