"""The HTTP API: carries requests to `handle` and answers back, and judges nothing."""
