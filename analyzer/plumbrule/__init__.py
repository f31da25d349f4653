"""Plumbrule keeps one queryable graph of a system over time and says where it drifts."""

__version__ = "0.1.0"
