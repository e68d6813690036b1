"""The demo: everything at once in one process, with a stand-in for the CRM."""
