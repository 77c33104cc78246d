"""Files → arrays: one reader per format, the roles of columns, and the pairing of rows."""
