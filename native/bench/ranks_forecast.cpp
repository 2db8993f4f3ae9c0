#include "bench/ranks_forecast.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace sidestep::bench {
namespace {

constexpr double kGiga = 1e9;
/// Of a module over NCCL: two kernels' start and their meeting. Over TCP: two threads are woken on the way.
constexpr double kCardLatency = 20e-6, kHostLatency = 100e-6;

using Times = std::vector<double>;

/// One update, in seconds from its beginning.
struct Course {
  explicit Course(const RanksForecast& forecast)
      : f(forecast),
        ranks(static_cast<size_t>(f.ranks)),
        modules(static_cast<size_t>(f.modules)),
        module_bytes(f.gradient_bytes / static_cast<double>(f.modules)),
        module_backward(f.backward_seconds / static_cast<double>(f.modules)),
        whole(modules, 0),
        computed(ranks, 0),
        passed(ranks, 0),
        arrived(ranks, Times(modules, 0)) {}

  double run() {
    const auto micros = static_cast<size_t>(f.micro_batches);
    for (size_t first = 0; first < micros; first += ranks) {
      const size_t of_round = std::min(ranks, micros - first);
      const bool last = first + of_round == micros;
      run_round(of_round, last);
      if (last) return to_everybody() + f.update_seconds;
    }
    return f.update_seconds;
  }

 private:
  double module_on_link() const { return f.link.latency + module_bytes / f.link.bytes_per_second; }
  double module_on_bus() const { return f.link.kind == RankLink::Kind::host ? module_bytes / f.link.bus_bytes_per_second : 0; }

  /// All micro-batches of a round, each on its rank: module by module through all of them.
  void run_round(size_t of_round, bool last) {
    const Times began = computed;
    for (size_t rank = 0; rank < of_round; ++rank) computed[rank] += f.forward_seconds;
    Times to_send(modules, 0);
    for (size_t module = 0; module < modules; ++module)
      for (size_t rank = 0; rank < of_round; ++rank) {
        double& now = computed[rank];
        now = std::max(now, arrived[rank][module]) + (arrived[rank][module] > 0 ? module_on_bus() : 0) + module_backward;
        now += module_on_bus();
        if (rank + 1 < of_round)
          send(rank, rank + 1, module, now, began[rank + 1]);
        else if (!last)
          to_send[module] = now;
        else if (f.link.kind == RankLink::Kind::host)
          whole[module] = passed[rank] = std::max(now, passed[rank]) + module_on_link();
      }
    if (last) return;
    // The last rank sends the first one everything: over TCP as it comes, from card to card at the end.
    const size_t sender = of_round - 1;
    for (size_t module = 0; module < modules; ++module)
      send(sender, 0, module, f.link.kind == RankLink::Kind::cards ? computed[sender] : to_send[module], computed[0]);
  }

  /// `ready`: when the sender has it; `asked`: when the receiver may take it, which cards wait for and hosts do not.
  void send(size_t from, size_t to, size_t module, double ready, double asked) {
    double begin = std::max(ready, passed[from]);
    if (f.link.kind == RankLink::Kind::cards) begin = std::max({begin, passed[to], asked});
    const double end = begin + module_on_link();
    passed[from] = end;
    if (f.link.kind == RankLink::Kind::cards) passed[to] = end;
    arrived[to][module] = end;
  }

  /// The whole sum goes on from rank to rank, one module behind the other: over TCP since each was ready, from card to card once
  /// all are.
  double to_everybody() const {
    const double all_computed = *std::max_element(computed.begin(), computed.end());
    const double further = static_cast<double>(ranks - 2) * module_on_link();
    if (f.link.kind == RankLink::Kind::cards) {
      const double begin = std::max(all_computed, *std::max_element(passed.begin(), passed.end()));
      return begin + static_cast<double>(modules) * module_on_link() + further;
    }
    double now = 0;
    for (const double there : whole) now = std::max(now, there + further) + module_on_bus();
    return std::max(now, all_computed);
  }

  const RanksForecast& f;
  size_t ranks, modules;
  double module_bytes, module_backward;
  Times whole;                 ///< by module, with `host`: when the whole sum is with the next rank
  Times computed, passed;      ///< by rank: when its passes, and its transfers so far, are over
  std::vector<Times> arrived;  ///< by rank and module: when the sum that is added to is there; 0: there is none
};

}  // namespace

RankLink link_of(const std::string& name, double network_gbits, double bus_gbytes) {
  using Kind = RankLink::Kind;
  if (name == "nvlink") return {.kind = Kind::cards, .name = "nvlink", .bytes_per_second = 360 * kGiga, .latency = kCardLatency};
  if (name == "pcie") return {.kind = Kind::cards, .name = "pcie", .bytes_per_second = 25 * kGiga, .latency = kCardLatency};
  if (name == "tcp")
    return {.kind = Kind::host,
            .name = "tcp",
            .bytes_per_second = network_gbits * kGiga / 8,
            .bus_bytes_per_second = bus_gbytes * kGiga,
            .latency = kHostLatency};
  throw Error("bench/usage", "Expected --link to be nvlink, pcie or tcp but found " + name);
}

double RanksForecast::alone() const {
  return static_cast<double>(micro_batches) * (forward_seconds + backward_seconds) + update_seconds;
}

double RanksForecast::together() const { return ranks == 1 ? alone() : Course(*this).run(); }

}  // namespace sidestep::bench
