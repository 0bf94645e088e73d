"""What `xray-train` can do, each command a function."""
