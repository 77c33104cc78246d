"""What columns are, by evidence: what their names say, what they look like, what tables share."""
