"""Signing and cosigning the audit log's checkpoints (cryptography, HTTP, files)."""
