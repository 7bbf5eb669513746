"""Tools for the course and for pages whose commands are run."""
