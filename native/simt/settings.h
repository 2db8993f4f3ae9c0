#pragma once
#include <cstdint>
#include <string>

namespace sidestep::simt {

/// Which of the threads that could go on does. `forward`: the one that could first, of those that wait for the same the lowest;
/// `reverse`: of those the highest. `runaway`: the one released last, so that a warp runs ahead of the others.
enum class Order : uint8_t { forward, reverse, random, runaway };
/// When cp.async copies: at the issue, at the wait, or by a coin.
enum class Copies : uint8_t { eager, lazy, random };
/// `note`: kernels and products are noted and not run, to learn what a large model launches.
enum class Launches : uint8_t { run, note };

/// What kernels choose their tiles by: one multiprocessor with a GeForce's 100 KiB of shared memory, 108 with an A100's 164, or
/// 132 with 228. A block gets 99 either way. `hopper`: those 132 of a card of compute capability 9.0, with all that it alone has;
/// there a block gets 227.
enum class Multiprocessor : uint8_t { kib_100, kib_164, kib_228, hopper };

/// What the environment chooses, read once: docs/testing.md.
struct Settings {
  Order order;                    ///< SIDESTEP_SIMT_ORDER
  Copies copies;                  ///< SIDESTEP_SIMT_COPIES
  Launches launches;              ///< SIDESTEP_SIMT_LAUNCHES
  Multiprocessor multiprocessor;  ///< SIDESTEP_SIMT_SHARED
  uint64_t seed;                  ///< SIDESTEP_SIMT_SEED, of both kinds of random
  int threads;                    ///< SIDESTEP_SIMT_THREADS: host threads that blocks are spread over; 0: one a core
  std::string skip;    ///< SIDESTEP_SIMT_SKIP=file.cu:LINE: that barrier or wait does nothing, to see whether tests notice
  std::string report;  ///< SIDESTEP_SIMT_REPORT=FILE: what was launched is added to it
};
/// Throws native/argument-invalid for a word that is not known.
const Settings& settings();

}  // namespace sidestep::simt
