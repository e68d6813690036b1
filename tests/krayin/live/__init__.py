"""A real Krayin, asked for real: it is named by KRAYIN_URL and KRAYIN_TOKEN, and left as it was found."""
