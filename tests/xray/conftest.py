"""Property tests here are about values: not about how busy the machine is, nor about luck."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("steady")
