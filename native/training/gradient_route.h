#pragma once
#include <cstdint>
#include <memory>

#include "adapters/adapter_set.h"
#include "training/card_link.h"
#include "training/ring.h"

namespace sidestep {

/// How the running sum of an update's gradients gets from the rank of one micro-batch to that of the next, module by module.
class GradientRoute {
 public:
  /// Where the sum goes when a micro-batch has been added to it.
  enum class Onward : uint8_t { next, all };
  struct Pass {
    uint64_t serial = 0;  ///< of the update
    uint32_t micro = 0;   ///< within it; the first adds to zero
    Onward onward = Onward::next;
  };

  virtual ~GradientRoute();
  virtual void begin(const Pass& pass) = 0;
  /// The module's gradients become the sum that the micro-batch before came to. Not of the first.
  virtual void receive(size_t module) = 0;
  /// Whether a module that has not been sent may be received again.
  virtual bool receives_again() const = 0;
  /// This micro-batch has been added to the module's gradients.
  virtual void send(size_t module) = 0;
  /// All modules of this micro-batch have been passed on.
  virtual void finish() = 0;
  /// All gradients become the whole sum, which the rank of micro-batch `last` sends to all.
  virtual void receive_whole(uint64_t serial, uint32_t last) = 0;
};

/// By way of host memory and TCP.
std::unique_ptr<GradientRoute> ring_route(AdapterSet& adapters, Ring& ring, Stream& stream);

/// From card to card, straight into the gradients; over TCP goes only which module comes next. A transfer ends when both sides
/// have come to it, so all ranks come to theirs in one order: module by module from rank to higher rank; from the last rank to
/// the first, and from one to all, everything at once when a micro-batch is at its end.
std::unique_ptr<GradientRoute> card_route(AdapterSet& adapters, Ring& ring, CardLink& link, Stream& stream);

}  // namespace sidestep
