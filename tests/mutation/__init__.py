"""Mutation testing by mutmut (`make mutation`): whether the tests notice a change of the code."""
