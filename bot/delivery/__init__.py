"""The way out: the audience is written down, and each platform's courier brings it its messages."""
