"""What the command `xray-data` does, by what it is about."""
