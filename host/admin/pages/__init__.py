"""The pages, a module each: its views, and its places."""
