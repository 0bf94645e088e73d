"""The pages beside the case page: plain HTML from our own templates, no widgets, no inline script.

Gradio is not used for them: all pages of one `Blocks.route` share one set of functions, which
anybody who may open one page can call, and a second mount under "/" never loads. Each room is a
module with its handlers and a template of the same name; what they think with stands beside them.
"""
