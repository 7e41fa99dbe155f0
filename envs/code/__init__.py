"""Problems that ask for programs, queries and patterns, or for what a program does."""
