"""Texts to vectors: one small protocol, and the bundled, local or hub models behind it."""

from painpoints.encoders.load import EncoderChoice, choose_encoder, load_encoder
from painpoints.encoders.protocol import Encoder

__all__ = ["Encoder", "EncoderChoice", "choose_encoder", "load_encoder"]
