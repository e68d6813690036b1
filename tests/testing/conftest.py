"""The contract's own fixtures are those that a plugin's tests have."""
