"""Improvement actions, from the day somebody says what must happen until the child is better off."""
