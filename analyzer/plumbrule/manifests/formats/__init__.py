"""Formats of manifests and lock files, one a file; each holds `FORMAT`."""
