"""Answers that several rules need."""
