"""What checks found, for CI systems: JUnit, GitHub, OpenMetrics."""
