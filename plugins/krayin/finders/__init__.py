"""Finding what is in Krayin already. Its search brings strangers, so each row is looked at again here."""
