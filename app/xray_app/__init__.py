"""The service and the desk. The only package here that imports gradio."""
