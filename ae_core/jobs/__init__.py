"""Work in other processes: a job's folder, its states, its worker; children that answer."""
