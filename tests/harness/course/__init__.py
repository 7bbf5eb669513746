"""Tools of the course and of pages whose commands are run."""
