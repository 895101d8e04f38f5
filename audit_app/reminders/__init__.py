"""Messages: the weekly digest, and word of clocks that run."""
