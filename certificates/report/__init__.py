"""What people read: tables, texts, and the HTML page."""
