"""CloudNego 云协商: the neutral table at which workers and employer agree next year's wages."""

__version__ = "0.1.0"
