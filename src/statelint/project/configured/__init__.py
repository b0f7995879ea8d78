"""What settings are worth, read from code, files and the environment, for which stage of deployment."""
