"""What is used of pyreqwest, an HTTP client written in Rust."""
