"""What each dashboard shows of a period: its questions, in their order."""
