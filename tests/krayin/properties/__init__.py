"""Whatever Chatwoot and the sales team do in whatever order: nothing lost, nothing double, all agreed."""
