"""What charts look like: colours, type, axes, and the way from a Vega-Lite specification to an SVG.

Any room may draw with it. What a chart shows, and the words beside it, are left to the room whose numbers they are.
"""
