"""What the words of case-practice audit mean: pure Python, no Flask, no database."""
