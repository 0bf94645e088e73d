"""What leaves the house: signed messages about live cases, and dossiers that prove themselves."""
