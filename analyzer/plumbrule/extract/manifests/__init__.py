"""What repositories say they need and what they make: manifests and lock files, read as rows.

Hides how each is written, and that each is read once. Nothing of it is run.
"""
