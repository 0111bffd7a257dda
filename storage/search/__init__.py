"""What the user's words mean, and the indexes that answer."""
