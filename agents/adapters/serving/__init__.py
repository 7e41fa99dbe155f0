"""Environments for others: a server over HTTP, its client, and what every protocol of ours shares."""
