"""What binds the operator: checkpoints of each stream, devices that co-sign them, the log of a district's heads."""
