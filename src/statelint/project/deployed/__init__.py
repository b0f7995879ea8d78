"""What deployment and proxy files say: rows of settings, copies, volumes and the Services behind ingresses."""
