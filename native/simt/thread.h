#pragma once
// What a kernel sees of the machine: which CUDA thread it is, and how it meets the others of its warp and block.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned of_x = 1, unsigned of_y = 1, unsigned of_z = 1) : x(of_x), y(of_y), z(of_z) {}
};

namespace sidestep::simt {

constexpr int kWarp = 32;

struct Lane {
  uint3 thread, block;
  int index, warp, lane;
};
extern thread_local Lane* current;  ///< null on the host
extern thread_local uint3 current_grid, current_block;

/// Where a kernel waits. Threads that wait for each other at different places of the source have diverged.
struct Site {
  const char* file;
  int line;
};

/// A defect of a kernel: says what, and which thread of which block, and ends the program.
[[noreturn]] void fault(const char* what);

constexpr int kMostWords = 12;
/// Every lane of `mask` gives `words` 32-bit words; returns all lanes' words, [32][kMostWords].
const uint32_t* exchange(uint32_t mask, const uint32_t* given, int words, Site site);
int block_barrier(int value, Site site);  ///< the OR of all values
void warp_barrier(uint32_t mask, Site site);

// Shared memory: bytes of 0xff when a block begins, which is NaN in every float.
int new_shared_id();
void* shared_variable(int id, size_t bytes, size_t alignment);
unsigned char* dynamic_shared();
/// Faults unless these bytes are the block's dynamic shared memory.
void check_dynamic_shared(const void* begin, size_t bytes, const char* instruction);

// Asynchronous copies: done when issued, when waited for, or by a coin (SIDESTEP_SIMT_COPIES=eager|lazy|random).
struct AsyncCopy {
  uint32_t* to;
  const uint32_t* from;
  int size;   ///< 4 or 16
  int bytes;  ///< of them; the rest are zeros
};
bool copies_at_once();
void remember_copy(const AsyncCopy& copy);
void commit_copies();
/// Takes out one copy that is due when at most `pending` groups may be under way; false when there is none.
bool take_due_copy(int pending, AsyncCopy& copy, Site site);

/// m16 n8 k16 (16-bit operands), m16 n8 k8 (TF32) or m16 n8 k32 (8-bit operands) of the whole warp, after the PTX manual. Sums
/// are f32, of int8 int32: four 32-bit words a lane.
enum class OperandType : uint8_t { bf16, f16, tf32, int8, e4m3 };
void multiply_warp(void* d, const uint32_t* a, const uint32_t* b, OperandType type);

}  // namespace sidestep::simt
