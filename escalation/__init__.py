"""Who is notified of what and when: kinds of escalation, ladders, and the file that configures them. Pure."""
