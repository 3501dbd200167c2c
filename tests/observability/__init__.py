"""What a client tells of its calls: events, log lines, spans and metrics."""
