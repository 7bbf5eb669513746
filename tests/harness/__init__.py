"""The code that tests share: rendering, building, inspecting, and installing projects."""
