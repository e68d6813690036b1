"""LeadSquared's API: a module a resource. Nothing here knows Chatwoot or crmhost's store."""
