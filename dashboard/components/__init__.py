"""What the pages share: pictures, controls, charts, the state in the address.

``painting`` and ``choice`` are plain functions on arrays and runs; everything else draws with
Streamlit. ``pictures`` is the only module that calls ``st.image``.
"""
