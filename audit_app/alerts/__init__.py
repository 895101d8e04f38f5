"""Practice alerts, from the evidence to the noticeboard."""
