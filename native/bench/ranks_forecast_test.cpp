#include "bench/ranks_forecast.h"

#include <cmath>

#include "core/error.h"
#include "testing/test.h"

namespace {

using sidestep::bench::link_of, sidestep::bench::RankLink, sidestep::bench::RanksForecast;

bool near(double found, double expected) { return std::abs(found - expected) < 1e-9 * expected; }

/// Passes of 3 s and 6 s, an update of 1 s, four modules of 100 bytes each.
RanksForecast forecast(int64_t ranks, int64_t micro_batches, RankLink link) {
  return {.ranks = ranks,
          .micro_batches = micro_batches,
          .forward_seconds = 3,
          .backward_seconds = 6,
          .update_seconds = 1,
          .gradient_bytes = 400,
          .modules = 4,
          .link = link};
}

/// 100 bytes a second and no more: a module takes 1 s.
constexpr RankLink kCards{.kind = RankLink::Kind::cards, .bytes_per_second = 100};
/// The same by way of hosts, a module 0.5 s on the bus and 1 s on the network.
constexpr RankLink kHosts{.kind = RankLink::Kind::host, .bytes_per_second = 100, .bus_bytes_per_second = 200};
constexpr RankLink kAtOnce{.kind = RankLink::Kind::cards, .bytes_per_second = 1e18};

TEST("forecast of ranks: one rank waits for no one") {
  EXPECT(near(forecast(1, 4, kCards).together(), 4 * 9 + 1));
  EXPECT(near(forecast(1, 4, kCards).alone(), 4 * 9 + 1));
  EXPECT(near(forecast(8, 4, kCards).alone(), 4 * 9 + 1));
}

TEST("forecast of ranks: over a link that takes no time each is one module behind the one before") {
  EXPECT(near(forecast(2, 2, kAtOnce).together(), 9 + 1.5 + 1));
  EXPECT(near(forecast(4, 4, kAtOnce).together(), 9 + 3 * 1.5 + 1));
  EXPECT(near(forecast(2, 4, kAtOnce).together(), 2 * 9 + 1.5 + 1));
  EXPECT(near(forecast(8, 1, kAtOnce).together(), 9 + 1));
}

TEST("forecast of ranks: from card to card") {
  // The second rank's modules begin at 5.5, 7, 8.5 and 10 s; it is done at 11.5, the whole sum has arrived 4 s later.
  EXPECT(near(forecast(2, 2, kCards).together(), 5.5 + 4 * 1.5 + 4 + 1));
  // A second round: what the first rank adds to comes from 11.5 to 15.5 s, all of it before it sends on what is ready from 14 s
  // on. The second rank begins at 16.5 s and is done at 22.5.
  EXPECT(near(forecast(2, 4, kCards).together(), 16.5 + 4 * 1.5 + 4 + 1));
}

TEST("forecast of ranks: by way of hosts the bus is passed twice and neither pass goes on meanwhile") {
  // The first rank sends a module every 2 s from 5 s on, each there 1 s later. The second takes 0.5 s to get it up, 1.5 to add to
  // it, 0.5 to get it down: sent at 8.5, 11, 13.5 and 16 s, with the first rank at 17, and 0.5 s later on its card.
  EXPECT(near(forecast(2, 2, kHosts).together(), 17.5 + 1));
  // A third is one module on the network further away.
  EXPECT(near(forecast(3, 2, kHosts).together(), 18.5 + 1));
}

TEST("forecast of ranks: links by name") {
  EXPECT(near(link_of("tcp", 10, 20).bytes_per_second, 1.25e9));
  EXPECT(near(link_of("tcp", 10, 20).bus_bytes_per_second, 20e9));
  EXPECT(link_of("nvlink", 0, 0).bytes_per_second > link_of("pcie", 0, 0).bytes_per_second);
  EXPECT_ERROR(link_of("pigeon", 10, 20), "bench/usage");
}

}  // namespace
