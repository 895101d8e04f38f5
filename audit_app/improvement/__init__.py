"""Improvement actions, from the day somebody says what must happen to a child better off."""
