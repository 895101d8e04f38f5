"""How things look on paper and in files: PDF, charts and workbooks. Knows no room."""
