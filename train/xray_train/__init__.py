"""Training, export and evaluation. The only package here that imports torch."""
