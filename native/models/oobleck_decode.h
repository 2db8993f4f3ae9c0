#pragma once
#include "models/oobleck.h"

namespace sidestep {

/// latents [B, C, T] f32 on the decoder's device -> audio [B, audio channels, about T * hop]. Decoded in tiles with as many
/// neighbouring frames as a sample can depend on: the bits are those of the whole, the memory that of a tile besides the audio.
/// `tile_frames` 0: what suits the device. Throws native/shape-mismatch, native/cancelled.
Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream, int64_t tile_frames = 0);

}  // namespace sidestep
