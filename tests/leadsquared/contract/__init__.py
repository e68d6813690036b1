"""The contract of all plugins, kept by the one that is there to be copied."""
