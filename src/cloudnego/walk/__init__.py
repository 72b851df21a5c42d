"""`cloudnego walk`: a whole negotiation carried over HTTP through a running server, each act by its own person."""

from cloudnego.walk.command import walk

__all__ = ["walk"]
