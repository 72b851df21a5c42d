"""`cloudnego walk`: a whole negotiation carried over HTTP through a running server, each act by its own person."""




