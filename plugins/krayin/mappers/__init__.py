"""What Chatwoot's records are in Krayin's words: pure functions, a record in, a payload out."""
