"""Finding in LeadSquared what belongs to a Chatwoot record."""
