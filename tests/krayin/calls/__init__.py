"""What each event may cost in calls to Krayin, and what it was measured to cost."""
