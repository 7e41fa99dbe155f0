"""Reading answers: where a completion declares one, and what it says, without ever executing it."""
