"""A case on paper: what it says (`facts`), as a page to print (`page`) and as a PDF (`pdf`).

Declarations, notes and names come from outside: nothing of them is read as markup by either.
"""
