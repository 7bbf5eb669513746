"""What the tests share: rendering, building, inspecting and installing generated projects."""
