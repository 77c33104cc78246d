"""The registry, and one file per family of losses; a loss is one definition in one place."""
