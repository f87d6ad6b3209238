"""BOSS's REST API."""
