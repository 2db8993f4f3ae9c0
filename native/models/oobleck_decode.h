#pragma once
#include <functional>

#include "models/oobleck.h"

namespace sidestep {

/// Latent frames of a tile besides its neighbourhood: activations of the full-size model take about 5 MB a frame.
int64_t tile_frames(DeviceKind device);

/// latents [B, C, T] f32 on the decoder's device -> audio [B, audio channels, about T * hop]. Decoded in tiles with as many
/// neighbouring frames as a sample can depend on: the bits are those of the whole, the memory that of a tile besides the audio.
/// `tile_frames` 0: what suits the device. Throws native/shape-mismatch, native/cancelled.
Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream, int64_t tile_frames = 0);

struct OobleckDecode {
  ConstTensor latents;      ///< [T, C] f32 on the host, as samplers and encoders give them
  int64_t tile_frames = 0;  ///< 0: what suits the device
  /// Told the share done, in [0, 1], after each tile.
  std::function<void(double)> on_progress{};
};
/// Audio [audio channels, about T * hop] f32 on the host. On the device there is never more than a tile and its activations,
/// however long the song. The same bits as above. Throws the same.
Storage oobleck_decode_song(const OobleckDecoder& decoder, const OobleckDecode& job, Stream& stream);

}  // namespace sidestep
