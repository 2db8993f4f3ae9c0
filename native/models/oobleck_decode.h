#pragma once
#include <functional>
#include <memory>

#include "models/oobleck.h"
#include "models/signal_stream.h"

namespace sidestep {

/// How latents are cut on their way through the decoder. The bits of the audio are the same for any.
struct DecodePieces {
  int64_t frames;  ///< latent frames that enter together
  /// Behind every block activations go on in pieces of this size, or of the size of the next block's weights if that is larger:
  /// what is read again for every piece.
  size_t bytes;
};
/// A CPU's pieces stay in its second cache; a card wants large ones.
DecodePieces decode_pieces(DeviceKind device);

/// Decodes latents that arrive in pieces. Every layer keeps the few inputs that its next outputs need, so nothing is computed
/// twice and memory is bounded by the pieces, not by the song. One signal at a time.
class OobleckDecoderStream {
 public:
  /// Audio [1, audio channels, n], the next samples; valid during the call.
  using Sink = std::function<void(const ConstTensor& audio)>;

  OobleckDecoderStream(const OobleckDecoder& decoder, const DecodePieces& pieces, Device device);
  ~OobleckDecoderStream();
  /// latents [1, C, n] on the decoder's device. Throws native/cancelled.
  void push(const ConstTensor& latents, Piece piece, const Sink& sink, Stream& stream);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// latents [B, C, T] f32 on the decoder's device -> audio [B, audio channels, about T * hop] there.
/// Throws native/shape-mismatch, native/cancelled.
Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, const DecodePieces& pieces, Stream& stream);

struct OobleckDecode {
  ConstTensor latents;       ///< [T, C] f32 on the host, as samplers and encoders give them
  int64_t piece_frames = 0;  ///< 0: what suits the device
  /// Told the share done, in [0, 1], after each piece.
  std::function<void(double)> on_progress{};
};
/// Audio [audio channels, about T * hop] f32 on the host. On the device there is never more than a few pieces and their
/// activations, however long the song. The same bits as above. Throws the same.
Storage oobleck_decode_song(const OobleckDecoder& decoder, const OobleckDecode& job, Stream& stream);

}  // namespace sidestep
