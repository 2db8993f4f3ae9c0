#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"
#include "models/signal_stream.h"

namespace sidestep {

/// Encodes audio that arrives in pieces. Memory is bounded by the piece, not by the song. One signal at a time.
class OobleckEncoderStream {
 public:
  OobleckEncoderStream(const OobleckEncoder& encoder, Device device);
  ~OobleckEncoderStream();

  /// Takes audio [channels, n] (n may be 0 for the last piece), on the host or on the encoder's device, and returns the
  /// moments [1, 2 * latent channels, m] that are complete, m >= 0: mean in the first half of the channels, scale in the
  /// second. Valid until the next call.
  Tensor push(const ConstTensor& audio, Piece piece, Stream& stream);

  /// Copies of what leaves conv1 and each block during the last push, for comparison with reference data.
  struct Taps {
    Storage conv1;
    std::vector<Storage> blocks;
  };
  void record(Taps* taps);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sidestep
