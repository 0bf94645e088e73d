"""The officers' page: what it says (`view`), how it looks (`look`), what it does (`page`)."""
