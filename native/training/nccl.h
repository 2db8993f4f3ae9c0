#pragma once
// NCCL, opened at run time: it comes with PyTorch and clusters have it, but a training on one card does not need it. Only what a
// training needs is declared here, after the library's documented C interface (the same since 2.14).
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace sidestep::nccl {

enum class Result : int { success = 0, remote_error = 6, in_progress = 7 };
enum class DataType : int { uint8 = 1 };

using Communicator = void*;
using Queue = void*;  ///< cudaStream_t

struct UniqueId {
  std::byte bytes[128];
};

/// Earlier versions of the library read the part that they know; later ones know more of it, and give what is missing its
/// defaults.
struct Config {
  static constexpr int kUnset = std::numeric_limits<int>::min();
  size_t size = sizeof(Config);
  uint32_t magic = 0xCAFEBEEF;
  uint32_t version = 21700;
  int blocking = 0;  ///< calls return at once: what they began is asked after, and can be aborted
  int group_size = kUnset, fewest_channels = kUnset;
  int most_channels = kUnset;  ///< maxCTAs: what bounds its memory
  const char* network = nullptr;
};

struct Library {
  Result (*version)(int*);
  Result (*unique_id)(UniqueId*);
  Result (*join)(Communicator*, int ranks, UniqueId, int rank, Config*);
  Result (*state)(Communicator, Result*);
  Result (*finalize)(Communicator);
  Result (*destroy)(Communicator);
  Result (*abort)(Communicator);
  Result (*group_start)();
  Result (*group_end)();
  Result (*send)(const void*, size_t, DataType, int to, Communicator, Queue);
  Result (*receive)(void*, size_t, DataType, int from, Communicator, Queue);
  Result (*broadcast)(const void* from, void* to, size_t, DataType, int root, Communicator, Queue);
  const char* (*text)(Result);
  const char* (*last_error)(Communicator);
};

/// Looked for once: $SIDESTEP_NCCL (a file; empty: never), then as cuBLASLt is (ops/library_places.h). Null where
/// none serves.
const Library* library();

/// `NCCL 2.27.5 (/usr/lib/libnccl.so.2)`, or why there is none.
const std::string& library_origin();

/// Of what was found; 0 without.
int library_version();

}  // namespace sidestep::nccl
