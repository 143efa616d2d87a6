"""What the pages share: images, controls, charts, the state in the address.

What one page alone uses lies in its folder. ``image_grid`` is the only module that calls
``st.image``.
"""
