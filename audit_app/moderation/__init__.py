"""The second judgement: a queue, and both judgements side by side."""
