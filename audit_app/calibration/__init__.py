"""Group calibration: several people judge one audit blind, then see how far apart they are."""
