"""Files in: read safely into rows of cells, and held until the person who chose one says go."""
