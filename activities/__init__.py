"""What touches the world: Atameken, REX, documents, letters, escalations, the register."""
