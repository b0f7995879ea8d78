"""Where request data goes: an abstract run of the handlers over what may hold it, to where it lands on the disk."""
