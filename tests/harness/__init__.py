"""Shared test code for rendering, building, inspecting, and installing projects."""
