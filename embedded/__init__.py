"""The whole real system on one machine: Temporal, a worker, and simulators of Atameken, REX and mail as processes."""
