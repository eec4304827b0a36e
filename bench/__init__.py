"""What the line costs, as ratios to a plain pydicom read and save of the same files in the same run."""
