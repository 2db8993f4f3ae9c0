#pragma once
#include <functional>
#include <vector>

#include "adapters/adapter_set.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// The exponential moving average of an adapter's weights.
class WeightAverage {
 public:
  /// `decay` 0: none is kept, and all calls do nothing. `adapters` must outlive this.
  WeightAverage(AdapterSet& adapters, double decay, Stream& stream) : adapters_(adapters), decay_(decay), stream_(stream) {}

  bool kept() const { return decay_ > 0; }
  /// Begins with the weights as they are. Throws native/out-of-memory.
  void start();
  /// Gives its memory back.
  void clear() { values_.clear(); }
  /// After an update of the weights. With `proceed` ([1] u8 on the device) the device decides, as it does for the update.
  void update(ConstTensor proceed);
  /// Runs `body` while the adapter has the average's weights, then puts the raw ones back, whatever happens.
  /// Throws native/out-of-memory before anything changes: a card that has no memory for the raw weights leaves them in place.
  void use_during(const std::function<void()>& body, Workspace work);

  /// By parameter; empty where none is kept.
  const std::vector<Storage>& values() const { return values_; }

 private:
  void put_in_place(Workspace work);
  void put_back(Workspace work);

  AdapterSet& adapters_;
  double decay_;
  Stream& stream_;
  std::vector<Storage> values_, raw_;  ///< raw_: the weights while the average's are in their place
};

}  // namespace sidestep
