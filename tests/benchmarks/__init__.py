"""What calls cost, beside other clients: `make bench`, and `docs/benchmarks.md`."""
