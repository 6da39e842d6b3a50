"""The whole real system on one machine: Temporal, a worker, Atameken, REX and a mail server, each a process."""
