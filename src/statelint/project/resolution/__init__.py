"""What names and expressions mean, anywhere in the project, and what calls what."""
