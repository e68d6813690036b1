"""The migrations, in order; each knows its way back."""
