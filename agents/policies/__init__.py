"""Policies: whatever completes prompts."""
