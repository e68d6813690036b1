"""The plugin's own commands, on a house and a Krayin as a person has them."""
