"""The plugin with the host around it: its store, its lanes, its preview."""
