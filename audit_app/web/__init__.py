"""What every page shares: access, headers, errors, filters, paging. Knows no room."""
