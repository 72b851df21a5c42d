"""Telling others that something was written: the bells. They carry stream and version, never content."""
