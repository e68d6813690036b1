"""The contract of all plugins, kept by Krayin's."""
