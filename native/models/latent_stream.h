#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "models/oobleck_encode.h"

namespace sidestep {

/// From audio that arrives in pieces to latent frames, tiled or not. What is kept is a tile (or a few frames' worth) of audio and
/// the frames that are done, so that memory hardly grows with the song. The frames do not depend on how the audio is cut: they
/// are the bits of the whole song at once. One song each.
class LatentStream {
 public:
  /// `encoder` must outlive this.
  LatentStream(const OobleckEncoder& encoder, const LatentOptions& options, Stream& stream);
  ~LatentStream();

  /// [audio channels, n] f32 at the VAE's rate, on the host or on the encoder's device. Throws native/shape-mismatch,
  /// native/argument-invalid (tiles of no width), native/cancelled.
  void push(const ConstTensor& audio, Stream& stream);
  /// All latent frames [T, latent channels] f32 on the host; afterwards this is spent. Throws native/audio-too-short and
  /// native/tiling-misaligned as oobleck_encode does.
  Storage finish(Stream& stream);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sidestep
