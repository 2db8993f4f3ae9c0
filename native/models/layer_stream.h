#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/stream.h"
#include "models/dit_layer.h"
#include "ops/event.h"

namespace sidestep {

/// The frozen weights of a model's upper layers, which wait in page-locked memory of the host. A card has places for two of them:
/// one that is computed with, and one that arrives meanwhile on its own queue. Layer k always comes into place k % 2, so its
/// weights have one address. Bytes that were moved are the bytes there were: results do not change. The calls of a pass may be
/// recorded (ops/recording.h). On Device::plan it only counts.
class LayerStream {
 public:
  static constexpr int64_t kPlaces = 2;

  /// Layers from `first` on travel.
  LayerStream(Device device, int64_t first);
  ~LayerStream();
  LayerStream(const LayerStream&) = delete;
  LayerStream& operator=(const LayerStream&) = delete;

  /// The next layer, from `first` on. Its tensors lie on the host; afterwards they are views of its place on the card, matrices
  /// without codes in `dtype`. Throws native/out-of-memory.
  void take(DitLayer& layer, DType dtype);

  size_t device_bytes() const;
  size_t host_bytes() const { return layer_bytes_ * static_cast<size_t>(layers_); }

  /// A pass upwards begins: the lowest two are brought.
  void begin(Stream& work);
  /// From here on layer k is read. A pass downwards finds the upper two where the pass upwards left them.
  void need(int64_t k, Stream& work);
  /// Nothing reads layer k any more in this pass: `next`, which this pass reads later, comes into its place; none where it does
  /// not travel.
  void spend(int64_t k, int64_t next, Stream& work);

 private:
  struct Place {
    std::shared_ptr<void> memory{};
    std::unique_ptr<Event> arrived{};
    int64_t arriving = -1;  ///< the layer on its way that nothing has waited for yet
  };
  bool travels(int64_t k) const { return k >= first_ && k < first_ + layers_; }
  Place& place_of(int64_t k) { return places_[static_cast<size_t>(k % kPlaces)]; }
  void bring(int64_t k, Stream& work);

  Device device_;
  int64_t first_, layers_ = 0;
  size_t layer_bytes_ = 0;
  std::array<Place, kPlaces> places_{};
  std::vector<std::shared_ptr<void>> host_{};  ///< of each layer
  std::unique_ptr<Stream> copies_;             ///< null on Device::plan
  std::unique_ptr<Event> told_;
};

}  // namespace sidestep
