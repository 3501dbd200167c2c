"""Hostile input: three harnesses whose bodies atheris guides (`make fuzz`), and hypothesis too.

- ``decoding``: documents of every model of every platform.
- ``addresses``: arguments on their way into a URL, a query and headers.
- ``answers``: statuses, headers and bodies on their way back.
"""
