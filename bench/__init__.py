"""What the product costs, against peers and limits: `python -m bench NAME [--json] [--quick]`."""
