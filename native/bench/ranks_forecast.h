#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sidestep::bench {

/// What gradients go by between the cards of a machine.
struct RankLink {
  enum class Kind : uint8_t { cards, host } kind = Kind::cards;  ///< NCCL, from card to card; or TCP, by way of the host's memory
  std::string_view name;
  double bytes_per_second = 0;      ///< from one rank to the next, one way
  double bus_bytes_per_second = 0;  ///< with `host`: between a card and the host
  double latency = 0;               ///< seconds for each module
};

/// `nvlink`: 360 GB/s, four fifths of what an H100 sends over its 18 links; `pcie`: 25 GB/s, four fifths of 16 lanes of the
/// fourth generation; `tcp`: `network` Gbit/s and a bus of `bus` GB/s. Of these NVIDIA's data sheets state the wholes; the shares
/// are estimates. Throws bench/usage for other names.
RankLink link_of(const std::string& name, double network_gbits, double bus_gbytes);

/// Several ranks over one card each, as `Trainer::join` shares an update. What comes of it is followed transfer by transfer as
/// training/gradient_route.h and card_link.h do it: every rank's passes and its transfers each in their order, a backward pass
/// that waits for each module's sum, transfers that end when both sides have come to them.
struct RanksForecast {
  int64_t ranks = 1, micro_batches = 1;
  double forward_seconds = 0, backward_seconds = 0, update_seconds = 0;  ///< of a micro-batch; of an update
  double gradient_bytes = 0;
  int64_t modules = 1;  ///< of equal size and equally far apart
  RankLink link{};

  /// Seconds of an update on one card.
  double alone() const;
  /// On all of them.
  double together() const;
};

}  // namespace sidestep::bench
