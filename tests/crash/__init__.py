"""What is true after a process died, a disk was full, a database was away."""
